// @ts-check
/** Sizing of canvases for the level meter and the waveform. */

/**
 * Matches a canvas's bitmap to its size on the page and the screen's pixel ratio.
 * @param {HTMLCanvasElement} canvas
 * @returns {{width: number, height: number, pen: CanvasRenderingContext2D}} sizes in CSS pixels
 */
export function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height, pen };
}
