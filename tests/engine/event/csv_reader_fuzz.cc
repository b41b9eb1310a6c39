// Any bytes as a CSV file: rows end at the same places however the bytes arrive, cells read back what is written of
// them, and what the reader accepts obeys the limits.
#include <cstdint>
#include <optional>

#include "engine/base/check.h"
#include "engine/event/csv_row.h"
#include "engine/event/reader.h"
#include "engine/event/utf8.h"
#include "tests/engine/event/card_schema.h"
#include "tests/engine/event/fuzz_program.h"

namespace weir::event {
namespace {

constexpr std::string_view kHeader =
    "type,id,ts,amount.value,amount.currency,card.token,merchant.mcc,channel,lat,recurring,pan,customer,born";

long accepted = 0;

std::vector<std::size_t> row_ends(std::string_view bytes, std::size_t piece_size) {
  CsvRowEnd row_end;
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    const std::string_view piece = bytes.substr(at, piece_size);
    for (std::size_t seen = 0; seen < piece.size();) {
      const std::size_t end = row_end.find(piece.substr(seen));
      if (end == std::string_view::npos) break;
      ends.push_back(at + seen + end);
      seen += end + 1;
    }
  }
  return ends;
}

void check_cells(std::string_view row) {
  CsvRow splitter;
  if (const auto fault = splitter.split(row)) {
    WEIR_CHECK(fault->offset < row.size(), "a fault lies in the row");
    return;
  }
  std::string written;
  for (const RawText& cell : splitter.cells()) {
    if (!written.empty() || &cell != splitter.cells().data()) written += ',';
    if (cell.form == RawForm::kMissing) continue;
    written += '"';
    for (const char c : cell.text) written += c == '"' ? "\"\"" : std::string(1, c);
    written += '"';
  }
  CsvRow again;
  WEIR_CHECK(!again.split(written) && again.cells().size() == splitter.cells().size(), "what is written is read");
  for (std::size_t i = 0; i < again.cells().size(); ++i) {
    WEIR_CHECK(again.cells()[i].text == splitter.cells()[i].text, "a cell's text comes back");
    WEIR_CHECK(again.cells()[i].form == splitter.cells()[i].form, "a cell's form comes back");
  }
}

struct Reading {
  Schema schema = [] {
    Schema made = personal_schema();
    made.limits.max_string_bytes = 40;
    made.limits.max_record_bytes = 1024;
    return made;
  }();
  CsvReader reader = *CsvReader::create(schema, kHeader, kTokenKey);
  Event event{schema, 0};
};

void try_row(Reading& reading, std::string_view row) {
  Reject reject;
  if (!reading.reader.read(row, kNoClock, reading.event, reject)) {
    WEIR_CHECK(reject.reason != RejectReason::kNone && !reject.detail.empty(), "a rejection says why");
    WEIR_CHECK(reject.byte_offset <= row.size(), "a rejection points into the row");
    return;
  }
  ++accepted;
  WEIR_CHECK(!reading.event.id.empty() && reading.event.id.size() <= 40, "an event has an id within the limit");
  for (const Value& slot : reading.event.slots()) {
    if (!slot.is(ValueKind::kString)) continue;
    WEIR_CHECK(!invalid_utf8_at(slot.as_string()), "an event's strings are UTF-8");
  }
}

}  // namespace

std::vector<std::string> fuzz_corpus() {
  return {
      "card,tx1,2026-02-27T09:30:00Z,12.50,EUR,c1,5812,ecom,48.5,TRUE,4111111111111111,17,1984-02-29",
      "card,\"tx,\"\"2\"\"\",2026-02-27T09:30Z,-0.01,KWD,,,,,,,,\ncard,3,2026-02-27T09:30+01,1e3,JPY,,-7,pos,,0,,-1,",
      "card,\"two\nlines\",2026-02-27 09:30Z,1,EUR,\"\",,atm,-0.5e-3,false,,,x\r",
      "card,\xC3\xA9,0001-01-01T00:00:00Z,9,USD,\"\xE2\x82\xAC\",,,,,\"4111 1111-1111 1111\",,2000-02-29"};
}

long fuzz_accepted() { return accepted; }

}  // namespace weir::event

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::event::Reading reading;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::size_t> ends = weir::event::row_ends(bytes, size + 1);
  for (const std::size_t piece : {1U, 2U, 7U}) {
    WEIR_CHECK(weir::event::row_ends(bytes, piece) == ends, "rows end at the same places however the bytes arrive");
  }
  std::size_t begin = 0;
  for (std::size_t row = 0; row <= ends.size(); ++row) {
    const std::size_t end = row < ends.size() ? ends[row] : bytes.size();
    const std::string_view text = bytes.substr(begin, end - begin);
    weir::event::check_cells(text);
    weir::event::try_row(reading, text);
    begin = end + 1;
    if (begin > bytes.size()) break;
  }
  return 0;
}
