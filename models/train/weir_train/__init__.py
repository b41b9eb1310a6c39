"""Trains what Weir's models are made of, and writes their file (models/README.md has its format).

arrays      what `weir features --arrays` writes, and labels
parts       a model in memory, and its quantized inputs
bundle      the model file, written and read
reference   the whole runtime in numpy, exact to the bit
trees       XGBoost's trees to integer trees
calibrate   from logits to probabilities
metrics     how good scores are, with intervals
card        the model card
importer    a bank's own XGBoost model to a model file
"""
