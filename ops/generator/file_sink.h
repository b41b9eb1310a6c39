// Records as lines of files.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "ops/generator/stream.h"

namespace weir::generator {

struct FileSinkPaths {
  std::string transactions;  // JSON lines; "-" is standard output, empty: not written (as for the others)
  std::string labels;        // JSON lines
  std::string truth;         // CSV "id,typology,fraud": the events of each fraud and of each honest look-alike, once
};

class FileSink final : public RecordSink {
 public:
  // Opens, and empties, the files.
  static Result<std::unique_ptr<FileSink>> create(const FileSinkPaths& paths);

  Status write(const GeneratedRecord& record) override;
  Status finish() override;

 private:
  struct Closer {
    void operator()(std::FILE* file) const;
  };
  struct Output {
    std::string path;
    std::unique_ptr<std::FILE, Closer> file;
  };

  FileSink() = default;
  static Status open(const std::string& path, Output& output);
  static Status write_line(Output& output, std::string_view line);
  static Status close(Output& output);

  Output transactions_;
  Output labels_;
  Output truth_;
  std::string row_;
};

}  // namespace weir::generator
