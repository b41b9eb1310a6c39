#include "models/arrays/npy.h"

#include <bit>
#include <charconv>
#include <utility>

namespace weir::models {
namespace {

static_assert(std::endian::native == std::endian::little, "values are used as they stand in the file");

constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t kLengthBytes = 2;

// The header's text is a Python dictionary of three members. The first fault ends the reading.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  bool read(NpyHeader& out) {
    if (!take('{')) return false;
    bool type = false, order = false, shape = false;
    while (!take('}')) {
      std::string_view key;
      if (!quoted(key) || !take(':')) return false;
      bool* seen = key == "descr" ? &type : key == "fortran_order" ? &order : key == "shape" ? &shape : nullptr;
      if (seen == nullptr || *seen) return false;
      *seen = true;
      std::string_view text;
      if (seen == &type) {
        if (!quoted(text)) return false;
        out.type = text;
      } else if (seen == &order) {
        if (!word(text) || (text != "True" && text != "False")) return false;
        out.fortran_order = text == "True";
      } else if (!numbers(out.shape)) {
        return false;
      }
      if (!take(',') && !ahead('}')) return false;
    }
    skip();
    return type && order && shape && rest_.empty();
  }

 private:
  void skip() {
    const auto at = rest_.find_first_not_of(" \n");
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
  }
  bool ahead(char wanted) {
    skip();
    return rest_.starts_with(wanted);
  }
  bool take(char wanted) {
    if (!ahead(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool quoted(std::string_view& text) {
    if (!take('\'')) return false;
    const auto end = rest_.find('\'');
    if (end == std::string_view::npos) return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text.find('\\') == std::string_view::npos;
  }
  bool word(std::string_view& text) {
    skip();
    const auto end = rest_.find_first_of(",} ");
    if (end == std::string_view::npos) return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }
  bool numbers(std::vector<std::uint64_t>& all) {
    if (!take('(')) return false;
    while (!take(')')) {
      skip();
      std::uint64_t number = 0;
      const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
      if (fault != std::errc{} || all.size() == Npy::kMaxDimensions) return false;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      all.push_back(number);
      if (!take(',') && !ahead(')')) return false;
    }
    return true;
  }

  std::string_view rest_;
};

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (const auto size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace

Result<NpyHeader> NpyHeader::read(std::string_view file) {
  if (file.size() < kMagic.size() + kLengthBytes || !file.starts_with(kMagic)) {
    return Error{"no .npy file of version 1.0"};
  }
  const auto* length_at = reinterpret_cast<const unsigned char*>(file.data()) + kMagic.size();
  const std::size_t length = length_at[0] | static_cast<unsigned>(length_at[1]) << 8U;
  NpyHeader made;
  made.values_at = kMagic.size() + kLengthBytes + length;
  if (made.values_at > file.size()) return Error{"its header is cut off"};
  if (!HeaderText(file.substr(kMagic.size() + kLengthBytes, length)).read(made)) {
    return Error{"its header is damaged"};
  }
  return made;
}

Result<Npy> Npy::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return file.error();
  auto header = NpyHeader::read(file->bytes());
  if (!header) return Error{path + ": " + header.error().message};
  return Npy(path, std::move(*file), std::move(*header));
}

Result<std::string_view> Npy::checked(std::string_view type, const std::vector<std::uint64_t>& shape, std::size_t size,
                                      std::size_t alignment) const {
  const auto wrong = [&](const std::string& what) { return Error{path_ + ": " + what}; };
  if (header_.type != type) return wrong("its values are " + header_.type + "; " + std::string(type) + " are needed");
  if (header_.fortran_order) return wrong("its values stand column by column; row by row is needed");
  if (header_.shape != shape) {
    return wrong("its shape is " + shape_text(header_.shape) + "; " + shape_text(shape) + " is needed");
  }
  std::uint64_t bytes = size;
  for (const auto extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return wrong("its shape is larger than any file");
  }
  const auto values = file_.bytes().substr(header_.values_at);
  if (values.size() != bytes) {
    return wrong(std::to_string(values.size()) + " bytes of values; its shape says " + std::to_string(bytes));
  }
  if (header_.values_at % alignment != 0) return wrong("its values begin at an odd place");
  return values;
}

}  // namespace weir::models
