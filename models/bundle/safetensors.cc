#include "models/bundle/safetensors.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

namespace weir::models {
namespace dom = simdjson::dom;

namespace {

struct TypeName {
  std::string_view name;
  TensorType type;
  std::uint64_t bytes;
};
constexpr std::array kTypes = {TypeName{"I8", TensorType::kI8, 1},   TypeName{"U8", TensorType::kU8, 1},
                               TypeName{"I16", TensorType::kI16, 2}, TypeName{"U16", TensorType::kU16, 2},
                               TypeName{"I32", TensorType::kI32, 4}, TypeName{"U32", TensorType::kU32, 4},
                               TypeName{"I64", TensorType::kI64, 8}, TypeName{"F32", TensorType::kF32, 4}};

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxHeader = std::size_t{16} << 20;

Error damaged(const std::string& what) { return {"not a safetensors file: " + what}; }

}  // namespace

// One header; the first fault ends the reading.
class HeaderReader {
 public:
  HeaderReader(std::string_view data, SafeTensors& out) : data_(data), out_(out) {}

  Status read(dom::object header) {
    for (const auto field : header) {
      const auto status =
          field.key == "__metadata__" ? metadata(field.value) : tensor(std::string(field.key), field.value);
      if (!status) return status;
    }
    return covered();
  }

 private:
  Status metadata(dom::element element) {
    dom::object texts;
    if (element.get(texts) != simdjson::SUCCESS) return damaged("__metadata__ is no object");
    for (const auto field : texts) {
      std::string_view text;
      if (field.value.get(text) != simdjson::SUCCESS) return damaged("a value of __metadata__ is no text");
      if (!out_.metadata_.emplace(field.key, text).second) return damaged("__metadata__ holds a name twice");
    }
    return {};
  }

  Status tensor(std::string name, dom::element element) {
    const auto wrong = [&](const char* what) { return damaged("tensor \"" + name + "\" " + what); };
    std::string_view type_name;
    dom::array shape, offsets;
    if (element["dtype"].get(type_name) != simdjson::SUCCESS || element["shape"].get(shape) != simdjson::SUCCESS ||
        element["data_offsets"].get(offsets) != simdjson::SUCCESS) {
      return wrong("lacks its dtype, shape or data_offsets");
    }
    const auto* type = std::ranges::find(kTypes, type_name, &TypeName::name);
    if (type == kTypes.end()) return wrong("has a type that no model has");
    SafeTensors::Tensor tensor{.type = type->type, .shape = {}, .bytes = {}};
    std::uint64_t bytes = type->bytes;
    for (const auto extent : shape) {
      std::uint64_t size = 0;
      if (extent.get(size) != simdjson::SUCCESS) return wrong("has a shape that is no list of sizes");
      if (size > SafeTensors::kMaxBytes || bytes * size > SafeTensors::kMaxBytes)
        return wrong("is larger than any file");
      bytes *= size;
      tensor.shape.push_back(size);
    }
    std::uint64_t begin = 0, end = 0;
    if (offsets.size() != 2 || offsets.at(0).get(begin) != simdjson::SUCCESS ||
        offsets.at(1).get(end) != simdjson::SUCCESS || begin > end || end > data_.size()) {
      return wrong("lies outside of the file");
    }
    if (end - begin != bytes) return wrong("has another length than its shape says");
    tensor.bytes = data_.substr(begin, bytes);
    places_.emplace_back(begin, end);
    if (places_.size() > SafeTensors::kMaxTensors) return damaged("it has more than 10000 tensors");
    if (!out_.tensors_.emplace(name, std::move(tensor)).second) return wrong("is there twice");
    return {};
  }

  // Bytes that belong to no tensor, or to two, could hide something from the content's reader.
  Status covered() {
    std::ranges::sort(places_);
    std::uint64_t next = 0;
    for (const auto& [begin, end] : places_) {
      if (begin != next) return damaged("its tensors overlap or leave a gap at byte " + std::to_string(next));
      next = end;
    }
    if (next != data_.size()) return damaged("bytes stand behind the last tensor");
    return {};
  }

  std::string_view data_;
  SafeTensors& out_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places_;
};

Result<SafeTensors> SafeTensors::parse(std::string_view file) {
  if (file.size() > kMaxBytes) return damaged("it has more than 256 MiB");
  if (file.size() < kLengthBytes) return damaged("it has only " + std::to_string(file.size()) + " bytes");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
  }
  if (length > kMaxHeader || length > file.size() - kLengthBytes) {
    return damaged("its header's length is " + std::to_string(length));
  }
  dom::parser parser;
  dom::element root;
  dom::object header;
  const auto text = file.substr(kLengthBytes, length);
  if (const auto error = parser.parse(text.data(), text.size()).get(root); error != simdjson::SUCCESS) {
    return damaged(std::string("its header: ") + simdjson::error_message(error));
  }
  if (root.get(header) != simdjson::SUCCESS) return damaged("its header is no object");
  SafeTensors made;
  if (auto ok = HeaderReader(file.substr(kLengthBytes + length), made).read(header); !ok) return ok.error();
  return made;
}

std::string_view SafeTensors::metadata(std::string_view name) const {
  const auto found = metadata_.find(name);
  return found == metadata_.end() ? std::string_view{} : std::string_view(found->second);
}

const std::vector<std::uint64_t>& SafeTensors::shape(const std::string& name) const {
  static const std::vector<std::uint64_t> kNone;
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? kNone : found->second.shape;
}

std::string SafeTensors::unread() const {
  for (const auto& [name, tensor] : tensors_) {
    if (!tensor.read) return name;
  }
  return {};
}

std::string_view SafeTensors::take(const std::string& name, TensorType type) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    if (fault_.empty()) fault_ = "tensor \"" + name + "\" is missing";
    return {};
  }
  found->second.read = true;
  if (found->second.type != type) {
    if (fault_.empty()) {
      fault_ = "tensor \"" + name + "\" is not of type " + std::string(kTypes[static_cast<std::size_t>(type)].name);
    }
    return {};
  }
  return found->second.bytes;
}

}  // namespace weir::models
