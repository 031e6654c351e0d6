"""Fitted pipelines as ONNX models, which run without Python."""

from skinfo.onnx._convert import onnx_inputs, register_converters, to_onnx

__all__ = ["onnx_inputs", "register_converters", "to_onnx"]
