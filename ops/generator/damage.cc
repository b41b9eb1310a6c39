#include "ops/generator/damage.h"

#include "engine/base/check.h"

namespace weir::generator {

namespace {

void replace(std::string& record, std::string_view what, std::string_view with) {
  const std::size_t at = record.find(what);
  WEIR_CHECK(at != std::string::npos, "a card payment record lacks a member");
  record.replace(at, what.size(), with);
}

}  // namespace

void damage(std::string& record, std::uint32_t way, Random& random) {
  switch (way) {
    case 0:
      record.resize(record.size() / 3 + random.below(static_cast<std::uint32_t>(record.size() / 2)));
      break;
    case 1:
      record = "<Document><CstmrCdtTrfInitn/></Document>";
      break;
    case 2:
      record.clear();
      break;
    case 3:
      replace(record, R"("name":")", "\"name\":\"\xc3\x28");
      break;
    case 4:
      replace(record, R"("time":"20)", R"("time":"20x)");
      break;
    case 5:
      replace(record, R"("amount":")", R"("amount":"EUR )");
      break;
    case 6:
      replace(record, R"("amount":")", R"("amount":[],"sum":")");
      break;
    case 7:
      replace(record, R"("amount":")", R"("amt":")");
      break;
    case 8:
      replace(record, R"("type":"card_payment")", R"("type":"cheque_payment")");
      break;
    default:
      WEIR_CHECK(false, "no such damage");
  }
}

}  // namespace weir::generator
