#include "ops/generator/record_writer.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "engine/base/decimal.h"
#include "engine/base/json_writer.h"
#include "ops/generator/calendar.h"
#include "ops/generator/identifiers.h"
#include "ops/generator/words.h"

namespace weir::generator {

namespace {

std::string_view any_of(Words words, Random& random) {
  return words[random.below(static_cast<std::uint32_t>(words.size()))];
}

}  // namespace

void append_event_id(std::string& out, Action action, std::uint64_t number) {
  out.append(action == Action::kProfileChange ? "u-" : "p-");
  append_padded(out, number, 12);
}

void RecordWriter::event(const Step& step, std::uint64_t number, std::int64_t time_ms, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  switch (step.action) {
    case Action::kCardPayment:
      head(json, "card_payment", step, number, time_ms);
      card_payment(json, step, time_ms);
      break;
    case Action::kTransferOut:
    case Action::kTransferIn:
      head(json, "account_payment", step, number, time_ms);
      account_payment(json, step, number, time_ms);
      break;
    case Action::kProfileChange:
      head(json, "profile_change", step, number, time_ms);
      profile_change(json, step);
      break;
    case Action::kReplaceCard:
      WEIR_CHECK(false, "a card replacement has no record");
  }
  json.end_object();
}

void RecordWriter::head(JsonWriter& json, std::string_view type, const Step& step, std::uint64_t number,
                        std::int64_t time_ms) {
  json.key("type");
  json.string(type);
  text_.clear();
  append_event_id(text_, step.action, number);
  json.key("id");
  json.string(text_);
  text_.clear();
  append_iso8601(text_, time_ms);
  json.key("time");
  json.string(text_);
}

void RecordWriter::customer(JsonWriter& json, const Step& step) {
  const bool by_card = step.action == Action::kCardPayment;
  const bool profile = step.action == Action::kProfileChange;
  json.key("customer");
  json.begin_object();
  text_.clear();
  append_customer_id(text_, step.customer);
  json.key("id");
  json.string(text_);
  if (!by_card) {
    text_.clear();
    world_.customers.append_name(text_, step.customer);
    json.key("name");
    json.string(text_);
  }
  if (by_card || profile) {
    text_.clear();
    world_.customers.append_email(text_, step.customer, world_.customers[step.customer].contact);
    json.key("email");
    json.string(text_);
  }
  if (profile) {
    text_.clear();
    world_.customers.append_birth_date(text_, step.customer);
    json.key("birth_date");
    json.string(text_);
  }
  json.end_object();
}

void RecordWriter::account(JsonWriter& json, const Step& step) {
  text_.clear();
  if (step.savings) {
    world_.customers.append_savings_account(text_, step.customer);
  } else {
    world_.customers.append_account(text_, step.customer);
  }
  json.key("account");
  json.string(text_);
}

void RecordWriter::card_payment(JsonWriter& json, const Step& step, std::int64_t time_ms) {
  customer(json, step);
  text_.clear();
  other_.clear();
  world_.customers.append_card(text_, other_, step.customer, day_of(time_ms));
  json.key("card");
  json.begin_object();
  json.key("number");
  json.string(text_);
  json.key("expiry");
  json.string(other_);
  json.end_object();
  account(json, step);

  const Merchant& merchant = world_.merchants[step.merchant];
  const Country& country = world_.merchants.country(step.merchant);
  text_.clear();
  append_decimal(text_, step.amount, country.exponent);
  json.key("amount");
  json.string(text_);
  json.key("currency");
  json.string(country.currency);
  text_.clear();
  append_decimal(text_, std::max<std::int64_t>(1, to_cents(step.amount, country)), 2);
  json.key("billing_amount");
  json.string(text_);
  json.key("channel");
  json.string(channel_name(step.channel));
  json.key("authentication");
  json.string(authentication_name(step.authentication));
  json.key("merchant");
  json.raw(merchant.json);
  if (merchant.terminals > 0) {
    text_.assign("t-");
    append_padded(text_, merchant.number, 5);
    append_padded(text_, 1 + derive(step.customer, time_ms) % merchant.terminals, 2);
    json.key("terminal");
    json.string(text_);
  }
  device(json, step.device);
}

void RecordWriter::account_payment(JsonWriter& json, const Step& step, std::uint64_t number, std::int64_t time_ms) {
  customer(json, step);
  account(json, step);
  text_.clear();
  world_.customers.append_opened(text_, step.customer, step.savings);
  json.key("account_opened");
  json.string(text_);
  json.key("direction");
  json.string(step.action == Action::kTransferIn ? "in" : "out");
  text_.clear();
  append_decimal(text_, step.amount, 2);
  json.key("amount");
  json.string(text_);
  json.key("currency");
  json.string("EUR");
  json.key("billing_amount");
  json.string(text_);
  json.key("channel");
  json.string(channel_name(step.channel));
  json.key("instant");
  json.boolean(step.instant);
  json.key("counterparty");
  json.begin_object();
  text_.clear();
  world_.parties.append_account(text_, step.party);
  json.key("account");
  json.string(text_);
  text_.clear();
  world_.parties.append_name(text_, step.party);
  json.key("name");
  json.string(text_);
  json.key("country");
  json.string(world_.parties.country(step.party));
  json.end_object();
  const std::uint64_t reference = step.reference != 0 ? step.reference : number;
  text_.clear();
  append_memo(text_, step, reference, time_ms);
  json.key("memo");
  json.string(text_);
  text_.assign("E2E");
  append_padded(text_, reference, 12);
  json.key("reference");
  json.string(text_);
  device(json, step.device);
}

void RecordWriter::profile_change(JsonWriter& json, const Step& step) {
  customer(json, step);
  account(json, step);
  json.key("change");
  json.string(change_name(step.change));
  json.key("channel");
  json.string(step.channel == Channel::kBatch ? "back_office" : channel_name(step.channel));
  device(json, step.device);
}

void RecordWriter::device(JsonWriter& json, const Device& device) {
  if (device.id == 0) return;
  json.key("device");
  json.begin_object();
  text_.clear();
  append_device(text_, device.id);
  json.key("id");
  json.string(text_);
  text_.clear();
  append_ip(text_, device.ip);
  json.key("ip");
  json.string(text_);
  json.end_object();
}

void RecordWriter::append_memo(std::string& out, const Step& step, std::uint64_t number, std::int64_t time_ms) const {
  // Both legs of a payment carry the payer's words.
  const bool payer_is_customer = step.action == Action::kTransferIn && step.party.of_this_bank();
  const Language language = world_.customers.language(payer_is_customer ? step.party.number : step.customer);
  Random random(derive(world_.options.seed, 0x3e30, number));
  const CivilTime date = civil_from_ms(time_ms);
  const auto month = [&] {
    out.append(month_names(language)[static_cast<std::size_t>(date.month - 1)]);
    out.push_back(' ');
    append_padded(out, static_cast<std::uint64_t>(date.year), 4);
  };
  const auto word = [&](std::string_view german, std::string_view dutch, std::string_view french) {
    out.append(language == Language::kGerman ? german : language == Language::kDutch ? dutch : french);
  };
  switch (step.memo) {
    case Memo::kNone:
      break;
    case Memo::kSalary:
      word("Gehalt ", "salaris ", "salaire ");
      month();
      break;
    case Memo::kPension:
      word("Leistung ", "uitkering ", "versement ");
      month();
      break;
    case Memo::kRent:
      word("Miete ", "huur ", "loyer ");
      month();
      break;
    case Memo::kDebit:
      word("Kundennr. ", "klantnr. ", "client ");
      append_padded(out, derive(step.customer, step.party.number) % 9'000'000 + 1'000'000, 7);
      out.push_back(' ');
      append_padded(out, static_cast<std::uint64_t>(date.month), 2);
      out.push_back('/');
      append_padded(out, static_cast<std::uint64_t>(date.year), 4);
      break;
    case Memo::kFriends:
      out.append(any_of(friend_memos(language), random));
      break;
    case Memo::kGift:
      out.append(any_of(gift_memos(language), random));
      break;
    case Memo::kGiftBought:
      word("Sammlung, danke an alle", "inzameling, dank aan allen", "cagnotte, merci à tous");
      break;
    case Memo::kInvoice:
      out.append(any_of(invoice_memos(language), random));
      out.push_back(' ');
      append_padded(out, 10'000 + random.below(890'000), 5);
      break;
    case Memo::kDeposit:
      word("Kaution Wohnung", "borg nieuwe woning", "dépôt de garantie");
      break;
    case Memo::kMoving:
      word("Rechnung Umzug", "factuur verhuizing", "facture déménagement");
      break;
    case Memo::kTransfer:
      word("Übertrag", "overboeking", "virement");
      break;
    case Memo::kCash:
      word("Bareinzahlung", "storting contant", "versement espèces");
      break;
    case Memo::kWages:
      word("Lohn ", "loon ", "paie ");
      month();
      break;
  }
}

void RecordWriter::label(const Label& label, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  text_.clear();
  append_event_id(text_, Action::kCardPayment, label.payment);
  json.key("event_id");
  json.string(text_);
  json.key("label");
  json.string(label.fraud ? "fraud" : "honest");
  text_.clear();
  append_iso8601(text_, label.known_at_ms);
  json.key("known_at");
  json.string(text_);
  json.key("source");
  json.string(source_name(label.source));
  json.end_object();
}

}  // namespace weir::generator
