#include "ops/generator/file_sink.h"

#include <cerrno>
#include <system_error>

namespace weir::generator {

namespace {

Error file_error(const char* what, const std::string& path, int error) {
  return Error{std::string(what) + " " + path + ": " + std::generic_category().message(error)};
}

}  // namespace

void FileSink::Closer::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

Result<std::unique_ptr<FileSink>> FileSink::create(const FileSinkPaths& paths) {
  std::unique_ptr<FileSink> sink(new FileSink);
  if (Status opened = open(paths.transactions, sink->transactions_); !opened) return opened.error();
  if (Status opened = open(paths.labels, sink->labels_); !opened) return opened.error();
  if (Status opened = open(paths.truth, sink->truth_); !opened) return opened.error();
  if (sink->truth_.file) {
    if (Status written = write_line(sink->truth_, "id,typology,fraud"); !written) return written.error();
  }
  return sink;
}

Status FileSink::open(const std::string& path, Output& output) {
  if (path.empty()) return {};
  output.path = path;
  output.file.reset(path == "-" ? stdout : std::fopen(path.c_str(), "wb"));
  if (!output.file) return file_error("can't write", path, errno);
  return {};
}

Status FileSink::write_line(Output& output, std::string_view line) {
  std::FILE* file = output.file.get();
  if (std::fwrite(line.data(), 1, line.size(), file) != line.size() || std::fputc('\n', file) == EOF) {
    return file_error("can't write", output.path, errno);
  }
  return {};
}

Status FileSink::write(const GeneratedRecord& record) {
  if (record.topic == StreamTopic::kLabels) return labels_.file ? write_line(labels_, record.value) : Status();
  if (transactions_.file) {
    if (Status written = write_line(transactions_, record.value); !written) return written;
  }
  if (!truth_.file || record.truth.typology.empty() || record.duplicate) return {};
  row_.assign(record.id);
  row_.push_back(',');
  row_.append(record.truth.typology);
  row_.append(record.truth.fraud ? ",true" : ",false");
  return write_line(truth_, row_);
}

Status FileSink::finish() {
  if (Status closed = close(transactions_); !closed) return closed;
  if (Status closed = close(labels_); !closed) return closed;
  return close(truth_);
}

Status FileSink::close(Output& output) {
  std::FILE* file = output.file.release();
  if (file == nullptr) return {};
  const bool flushed = std::fflush(file) == 0;
  const int error = errno;
  const bool closed = file == stdout || std::fclose(file) == 0;
  if (!flushed) return file_error("can't write", output.path, error);
  if (!closed) return file_error("can't close", output.path, errno);
  return {};
}

}  // namespace weir::generator
