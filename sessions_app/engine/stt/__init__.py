"""Speech to text. `base` is the contract, `engines` fulfil it, `wrappers` make streams last."""
