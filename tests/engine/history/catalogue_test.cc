#include "engine/history/catalogue.h"

#include <gtest/gtest.h>

namespace weir::history {
namespace {

TEST(Catalogue, NumbersAreGivenInTheOrderOfFirstRegistrationAndKept) {
  Catalogue catalogue;
  EXPECT_EQ(catalogue.number(CatalogueKind::kColumn, "amount"), 0U);
  EXPECT_EQ(catalogue.number(CatalogueKind::kColumn, "channel"), 1U);
  EXPECT_EQ(catalogue.number(CatalogueKind::kColumn, "amount"), 0U);
  EXPECT_EQ(catalogue.number(CatalogueKind::kEnumValue, "web"), 0U);
  EXPECT_EQ(catalogue.name(CatalogueKind::kColumn, 1), "channel");
  EXPECT_EQ(catalogue.name(CatalogueKind::kColumn, 2), "");
}

TEST(Catalogue, NewEntriesAreToldOnceAndRestoreTheSameNumbers) {
  Catalogue catalogue;
  catalogue.number(CatalogueKind::kColumn, "amount");
  catalogue.number(CatalogueKind::kRule, "amount");
  const auto first = catalogue.take_new_entries();
  catalogue.number(CatalogueKind::kColumn, "channel");
  const auto second = catalogue.take_new_entries();
  ASSERT_EQ(first.size(), 2U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(catalogue.take_new_entries().empty());

  Catalogue restored;
  ASSERT_TRUE(restored.restore(first).ok());
  ASSERT_TRUE(restored.restore(second).ok());
  EXPECT_TRUE(restored.take_new_entries().empty());
  EXPECT_EQ(restored.number(CatalogueKind::kColumn, "channel"), 1U);
  EXPECT_EQ(restored.number(CatalogueKind::kColumn, "merchant"), 2U);
}

TEST(Catalogue, RestoreRefusesGapsAndRepetitions) {
  Catalogue gap;
  EXPECT_FALSE(gap.restore({{CatalogueKind::kColumn, 1, "amount"}}).ok());
  Catalogue twice;
  EXPECT_FALSE(twice.restore({{CatalogueKind::kColumn, 0, "amount"}, {CatalogueKind::kColumn, 1, "amount"}}).ok());
  Catalogue unknown;
  EXPECT_FALSE(unknown.restore({{static_cast<CatalogueKind>(17), 0, "amount"}}).ok());
}

}  // namespace
}  // namespace weir::history
