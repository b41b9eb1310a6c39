#include "engine/event/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/lzma.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/event/zstd_frames.h"

namespace weir::event {
namespace {

namespace iostreams = boost::iostreams;

constexpr std::streamsize kBufferBytes = 64 << 10;
constexpr std::size_t kSniffBytes = 6;

enum class Compression : std::uint8_t { kNone, kGzip, kXz, kZstd };

Compression compression_of(std::string_view first_bytes) {
  using namespace std::string_view_literals;
  if (first_bytes.starts_with("\x1F\x8B"sv)) return Compression::kGzip;
  if (first_bytes.starts_with("\xFD"
                              "7zXZ\0"sv)) {
    return Compression::kXz;
  }
  if (first_bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return Compression::kZstd;
  // A skippable frame: parallel compressors write one in front.
  if (first_bytes.size() >= 4 && (static_cast<unsigned char>(first_bytes[0]) & 0xF0U) == 0x50U &&
      first_bytes.substr(1, 3) == "\x2A\x4D\x18"sv) {
    return Compression::kZstd;
  }
  return Compression::kNone;
}

std::string_view compression_name(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "plain";
    case Compression::kGzip:
      return "gzip";
    case Compression::kXz:
      return "xz";
    case Compression::kZstd:
      return "zstd";
  }
  return "plain";
}

// A file descriptor, closed unless it is stdin, whose first bytes can be looked at before they are read.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }

  // Throws std::system_error. 0 is the end.
  std::size_t read(char* out, std::size_t size) {
    if (sniffed_from_ < sniffed_.size()) {
      const std::size_t count = std::min(size, sniffed_.size() - sniffed_from_);
      std::memcpy(out, sniffed_.data() + sniffed_from_, count);
      sniffed_from_ += count;
      return count;
    }
    for (;;) {
      const ssize_t count = ::read(fd_, out, size);
      if (count >= 0) {
        bytes_read_ += static_cast<std::uint64_t>(count);
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) throw std::system_error(errno, std::generic_category());
    }
  }

  std::string_view sniff() {
    char bytes[kSniffBytes];
    while (sniffed_.size() < kSniffBytes) {
      sniffed_from_ = sniffed_.size();  // read on, not again
      const std::size_t count = read(bytes, kSniffBytes - sniffed_.size());
      if (count == 0) break;
      sniffed_.append(bytes, count);
    }
    sniffed_from_ = 0;
    return sniffed_;
  }

  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_total() const {
    struct stat status {};
    return ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

 private:
  int fd_;
  std::string sniffed_;
  std::size_t sniffed_from_ = 0;
  std::uint64_t bytes_read_ = 0;
};

// What Boost.Iostreams reads from; copied by it, so it only points.
struct Source {
  using char_type = char;
  using category = iostreams::source_tag;

  std::streamsize read(char* out, std::streamsize size) {
    const std::size_t count = descriptor->read(out, static_cast<std::size_t>(size));
    if (frames != nullptr) frames->feed({out, count});
    return count == 0 ? -1 : static_cast<std::streamsize>(count);
  }

  Descriptor* descriptor;
  ZstdFrames* frames;
};

}  // namespace

struct ByteStream::State {
  State(std::string file_name, int fd) : name(std::move(file_name)), descriptor(fd) {}

  Error error(std::string_view what) const { return Error{"`" + name + "`: " + std::string(what)}; }
  void start_decompression();

  std::string name;
  Descriptor descriptor;
  Compression compression = Compression::kNone;
  ZstdFrames frames;
  iostreams::filtering_streambuf<iostreams::input> decompressed;
};

void ByteStream::State::start_decompression() {
  switch (compression) {
    case Compression::kNone:
      return;
    case Compression::kGzip:
      decompressed.push(iostreams::gzip_decompressor(iostreams::gzip::default_window_bits, kBufferBytes), kBufferBytes);
      break;
    case Compression::kXz:
      decompressed.push(iostreams::lzma_decompressor(kBufferBytes), kBufferBytes);
      break;
    case Compression::kZstd:
      decompressed.push(iostreams::zstd_decompressor(kBufferBytes), kBufferBytes);
      break;
  }
  decompressed.push(Source{&descriptor, compression == Compression::kZstd ? &frames : nullptr}, kBufferBytes);
}

Result<ByteStream> ByteStream::open(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{"`" + path + "`: " + std::generic_category().message(errno)};
  auto state = std::make_unique<State>(path == "-" ? "standard input" : path, fd);
  try {
    state->compression = compression_of(state->descriptor.sniff());
    state->start_decompression();
  } catch (const std::system_error& failure) {
    return state->error(failure.code().message());
  } catch (const std::exception& failure) {
    return state->error(failure.what());
  }
  return ByteStream(std::move(state));
}

ByteStream::ByteStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteStream::~ByteStream() = default;
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&&) noexcept = default;

Result<std::size_t> ByteStream::read(char* out, std::size_t size) {
  State& state = *state_;
  const auto damaged = [&state](std::string_view how) {
    return state.error("the " + std::string(compression_name(state.compression)) + " data is " + std::string(how));
  };
  try {
    if (state.compression == Compression::kNone) return state.descriptor.read(out, size);
    const std::streamsize count = state.decompressed.sgetn(out, static_cast<std::streamsize>(size));
    if (count > 0) return static_cast<std::size_t>(count);
    if (state.compression == Compression::kZstd && !state.frames.complete()) return damaged("cut short");
    return std::size_t{0};
  } catch (const iostreams::gzip_error&) {
    return damaged("corrupt or cut short");
  } catch (const iostreams::lzma_error&) {
    return damaged("corrupt or cut short");
  } catch (const iostreams::zstd_error&) {
    return damaged("corrupt");
  } catch (const std::system_error& failure) {
    return state.error(failure.code().message());
  } catch (const std::exception& failure) {
    return state.error(failure.what());
  }
}

std::uint64_t ByteStream::bytes_read() const { return state_->descriptor.bytes_read(); }
std::uint64_t ByteStream::bytes_total() const { return state_->descriptor.bytes_total(); }

}  // namespace weir::event
