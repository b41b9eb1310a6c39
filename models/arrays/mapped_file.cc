#include "models/arrays/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace weir::models {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const auto failed = [&] { return Error{"can't read " + path + ": " + std::generic_category().message(errno)}; };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed();
  struct stat about = {};
  Result<MappedFile> made = MappedFile(nullptr, 0);
  if (fstat(file, &about) != 0) {
    made = failed();
  } else if (!S_ISREG(about.st_mode)) {
    made = Error{path + " is no file"};
  } else if (about.st_size > 0) {
    const auto size = static_cast<std::size_t>(about.st_size);
    void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
      made = failed();
    } else {
      made = MappedFile(static_cast<const char*>(data), size);
    }
  }
  close(file);
  return made;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace weir::models
