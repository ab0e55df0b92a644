"""Kinds of assets and models (tables "Asset type values" and "Model type values", anchor ``_asset_type``)."""

from __future__ import annotations

from credkit.manifest.assertions.shape import Choice, Text
from credkit.manifest.assertions.shape_map import Map, Named

__all__ = ["ASSET_TYPES", "MODEL_TYPE", "MODEL_TYPES", "TYPE_NAMES"]

_PREFIX = "c2pa.types."
_MODELS = [
    "caffe",
    "caffe2",
    "catboost",
    "coreml",
    "flax",
    "huggingface.transformers",
    "jax",
    "keras",
    "lightgbm",
    "ml_net",
    "mxnet",
    "onnx",
    "openvino",
    "openvino.parameter",
    "openvino.topology",
    "paddle",
    "pytorch",
    "sklearn",
    "tensorflow",
    "tensorrt",
    "tflite",
    "torchscript",
    "xgboost",
]
_ASSETS = [
    "audit-log",
    "classifier",
    "cluster",
    "dataset",
    "dataset.jax",
    "dataset.keras",
    "dataset.ml_net",
    "dataset.mxnet",
    "dataset.onnx",
    "dataset.openvino",
    "dataset.pytorch",
    "dataset.tensorflow",
    "format.numpy",
    "format.pickle",
    "format.protobuf",
    "generator",
    "generator.prompt",
    "generator.seed",
    "regressor",
    "tensorflow.hubmodule",
    "tensorflow.savedmodel",
    "version-history",
]

MODEL_TYPES: tuple[str, ...] = (f"{_PREFIX}model", *(f"{_PREFIX}model.{name}" for name in _MODELS))
TYPE_NAMES: tuple[str, ...] = (*(f"{_PREFIX}{name}" for name in _ASSETS), *MODEL_TYPES)

MODEL_TYPE = Choice(
    names=MODEL_TYPES,
    means="model type",
    aliases={name.removeprefix(_PREFIX): name for name in MODEL_TYPES},
)
_TYPE = Choice(
    names=TYPE_NAMES,
    means="asset type",
    aliases={name.removeprefix(_PREFIX): name for name in TYPE_NAMES},
    own="com.example.types.brush",
)
_SEMANTIC_VERSION = Text(
    pattern=r"[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?([+][0-9A-Za-z.-]+)?",
    means='a version of three numbers such as "1.4.0"',
    maximum=200,
)
_ASSET_TYPE = Map(means="an asset type", required={"type": _TYPE}, optional={"version": _SEMANTIC_VERSION})
ASSET_TYPES = Named("assetType", lambda: _ASSET_TYPE)
