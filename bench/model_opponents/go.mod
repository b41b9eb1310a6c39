module weir/bench/model_opponents

go 1.26

require github.com/yalue/onnxruntime_go v1.13.0
