"""The process in which ONNX files are opened and run, apart from the program: it can be ended at any moment.

It knows neither torch nor Qt, writes no file, and opens none once the model is being loaded.
"""
