"""Moonshine tiny-en on plain onnxruntime: what the embedded recogniser decodes with.

From the bottom up: `files` finds the weights in the wheel, `ort_file` reads them, `graphs` builds
lean graphs of them (`onnx_file` writes those), `model` runs the graphs, `front` keeps the encoder's
beginning while audio grows, `decoding` is one decode with a draft, `speech` one utterance with
interims and a final, `timing` the words' times, `invented` what is no speech, `naming` the
agent's phrases. `plain` does all that in the wheel's own graphs, where the lean ones do
not work, which `loading` finds out. `engine` is what a worker process runs.
"""
