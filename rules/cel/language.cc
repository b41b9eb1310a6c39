#include "rules/cel/language.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "rules/cel/functions.h"
#include "rules/cel/language_lines.h"
#include "rules/cel/type_rules.h"

namespace weir::cel {
namespace {

struct Form {
  std::vector<std::string> parameters;
  std::string result;
};

std::string kind_text(TypeKind kind, TypeKind element) {
  const bool of_some = kind == TypeKind::kList && element != TypeKind::kDyn;
  return (of_some ? Type::list(Type::simple(element)) : Type::simple(kind)).name();
}

Form form_of(const Overload& overload) {
  Form form;
  for (std::size_t i = 0; i < overload.arity; ++i) {
    form.parameters.push_back(kind_text(overload.parameters[i], overload.elements));
  }
  form.result = kind_text(overload.result, overload.yields);
  return form;
}

std::string spelled(Function function, CallStyle style, const Form& form) {
  std::string call;
  if (style != CallStyle::kOperator) {
    call = spelled_form(function, style, form.parameters);
  } else if (form.parameters.size() == 1) {
    call = std::string(function_name(function)) + form.parameters[0];
  } else {
    call = form.parameters[0] + " " + std::string(function_name(function)) + " " + form.parameters[1];
  }
  return call + " -> " + form.result;
}

bool of_one_type(const Form& form) {
  return !form.parameters.empty() && std::all_of(form.parameters.begin(), form.parameters.end(),
                                                 [&](const auto& type) { return type == form.parameters[0]; });
}

// Forms that differ in one type alone become one, with T for the type.
std::vector<std::string> grouped(Function function, CallStyle style, std::span<const Form> forms) {
  const bool one_result =
      std::all_of(forms.begin(), forms.end(), [&](const Form& form) { return form.result == forms[0].result; });
  std::vector<std::pair<std::string, std::string>> shapes;  // a form with T, and the types
  std::vector<std::string> singles;                         // the same forms as they are
  for (const auto& form : forms) {
    Form shape = form;
    if (of_one_type(form)) {
      std::fill(shape.parameters.begin(), shape.parameters.end(), "T");
      if (!one_result && form.result == form.parameters[0]) shape.result = "T";
    }
    const auto text = spelled(function, style, shape);
    const auto type = of_one_type(form) ? form.parameters[0] : "";
    const auto known = std::find_if(shapes.begin(), shapes.end(), [&](const auto& s) { return s.first == text; });
    if (known != shapes.end()) {
      known->second.append(", ").append(type);
    } else {
      shapes.emplace_back(text, type);
      singles.push_back(spelled(function, style, form));
    }
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto& [shape, types] = shapes[i];
    out.push_back(types.find(", ") == std::string::npos ? singles[i] : shape + ", T: " + types);
  }
  return out;
}

std::vector<std::string> forms_of(Function function) {
  std::vector<std::string> out;
  for (const auto style : {CallStyle::kOperator, CallStyle::kGlobal, CallStyle::kReceiver}) {
    std::vector<Form> forms;
    for (const auto& overload : overloads()) {
      if (overload.function == function && overload.style == style) forms.push_back(form_of(overload));
    }
    auto texts = grouped(function, style, forms);
    std::move(texts.begin(), texts.end(), std::back_inserter(out));
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::vector<LanguageEntry> language() {
  std::vector<LanguageEntry> out;
  for (const auto& line : language_lines()) {
    const auto name = line.function == Function::kNone ? line.name : function_name(line.function);
    out.push_back(
        {line.theme, name, line.forms.empty() ? forms_of(line.function) : lines_of(line.forms), line.meaning});
  }
  return out;
}

}  // namespace weir::cel
