#include <array>

#include "ops/generator/words.h"

namespace weir::generator {

namespace {

using Text = std::string_view;

// clang-format off
constexpr auto kGivenGerman = std::to_array<Text>({
    "Jonas", "Anna", "Lukas", "Lea", "Felix", "Marie", "Paul", "Sophie", "Maximilian", "Lena", "Jürgen", "Sabine",
    "Thomas", "Katharina", "Stefan", "Petra", "Andreas", "Ursula", "Michael", "Renate", "Matthias", "Christine", "Emre",
    "Ayşe", "Piotr", "Agnieszka", "Björn", "Heike", "Tobias", "Nina", "Günther", "Monika", "Florian", "Julia", "Mehmet",
    "Elif", "Dennis", "Vanessa", "Moritz", "Clara", "Hannes", "Greta", "Oskar", "Frieda", "Yusuf", "Milena"});
constexpr auto kGivenDutch = std::to_array<Text>({
    "Daan", "Emma", "Sem", "Julia", "Bram", "Sanne", "Thijs", "Fleur", "Lars", "Anouk", "Pieter", "Marijke", "Wouter",
    "Femke", "Joost", "Ingrid", "Ruben", "Lotte", "Hendrik", "Annelies", "Koen", "Maud", "Mohamed", "Fatima", "Jeroen",
    "Ilse", "Stijn", "Griet", "Maarten", "Noor"});
constexpr auto kGivenFrench = std::to_array<Text>({
    "Louis", "Camille", "Gabriel", "Chloé", "Hugo", "Manon", "Antoine", "Élodie", "Julien", "Céline", "Nicolas",
    "Aurélie", "Pierre", "Françoise", "Michel", "Monique", "Théo", "Inès", "Karim", "Nadia", "Mathieu", "Solène",
    "Benoît", "Margaux", "Olivier", "Hélène", "Yann", "Amélie", "Rachid", "Odile"});
constexpr auto kGivenOther = std::to_array<Text>({
    "Oliver", "Grace", "James", "Amelia", "Marco", "Giulia", "Carlos", "Lucía", "Nuno", "Beatriz", "Jan", "Zofia",
    "Tomáš", "Eliška", "Rasmus", "Freja", "Viktor", "Elsa", "Mantas", "Ieva", "Andrius", "Rūta", "Petros", "Eleni"});

constexpr auto kFamilyGerman = std::to_array<Text>({
    "Müller", "Schmidt", "Weber", "Wagner", "Becker", "Hoffmann", "Schäfer", "Koch", "Bauer", "Richter", "Klein", "Wolf",
    "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hartmann", "Lange", "Werner", "Krause",
    "Lehmann", "Köhler", "Maier", "Huber", "Steiner", "Gruber", "Pichler", "Yılmaz", "Kaya", "Nowak", "Kowalski",
    "Vogel", "Fuchs", "Berger", "Frank", "Roth", "Beck", "Lorenz", "Baumann", "Albrecht", "Winter", "Seidel", "Ziegler",
    "Brandt", "Haas", "Schreiber", "Graf", "Dietrich", "Kuhn", "Pohl", "Engel", "Horn", "Busch", "Sauer", "Arnold",
    "Wiesinger", "Thiele", "Öztürk"});
constexpr auto kFamilyDutch = std::to_array<Text>({
    "de Jong", "Jansen", "de Vries", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Vos", "Peters", "Hendriks",
    "van Dijk", "Dekker", "Brouwer", "de Wit", "Dijkstra", "Kok", "van der Linden", "Maes", "Claes", "Wouters",
    "Goossens", "El Idrissi", "Vermeulen", "Jacobs", "Mertens", "Willems", "Hermans", "de Clercq"});
constexpr auto kFamilyFrench = std::to_array<Text>({
    "Martin", "Bernard", "Dubois", "Thomas", "Robert", "Petit", "Durand", "Leroy", "Moreau", "Simon", "Laurent",
    "Lefèvre", "Roux", "Fournier", "Girard", "Bonnet", "Mercier", "Blanc", "Guérin", "Faure", "Rousseau", "Garnier",
    "Chevalier", "Benali", "Haddad", "Perrin", "Marchand", "Noël", "Renaud", "Barbier"});
constexpr auto kFamilyOther = std::to_array<Text>({
    "Taylor", "Walsh", "Murphy", "Rossi", "Ferrari", "Greco", "García", "Moreno", "Silva", "Costa", "Wiśniewski",
    "Novák", "Dvořák", "Nielsen", "Larsen", "Lindberg", "Kazlauskas", "Petrauskas", "Jankauskas", "Papadakis",
    "Horvat", "Kovačević", "Harris", "Byrne"});

constexpr auto kFriendGerman = std::to_array<Text>({
    "Pizza gestern", "Danke fürs Auslegen", "Kino", "Wocheneinkauf", "Anteil Ferienhaus", "Tanken", "Konzertkarten",
    "Mittagessen", "wie besprochen", "Danke 🙏", "Fußball Hallenmiete", "Essen Samstag", "Taxi Anteil", "Für Getränke",
    "Strom Anteil WG", "Nebenkosten WG", "Klassenfahrt", "Kaffee ☕", "Rest folgt", "Buch", "Bahnticket", "Danke dir!",
    "Grillen", "Paket abgeholt"});
constexpr auto kFriendDutch = std::to_array<Text>({
    "pizza", "bedankt!", "boodschappen", "benzine", "kaartjes concert", "lunch", "etentje zaterdag", "taxi", "voor de borrel",
    "energie huis", "verjaardag", "zoals afgesproken", "treinkaartje", "boek", "koffie ☕", "weekendje Ardennen"});
constexpr auto kFriendFrench = std::to_array<Text>({
    "pizza", "merci !", "courses", "essence", "places concert", "resto samedi", "taxi", "apéro", "part électricité",
    "anniversaire", "comme convenu", "billet train", "livre", "café ☕", "week-end", "remboursement"});
constexpr auto kFriendEnglish = std::to_array<Text>({
    "pizza", "thanks!", "groceries", "petrol", "concert tickets", "lunch", "dinner saturday", "cab", "drinks",
    "electricity share", "birthday", "as agreed", "train ticket", "book", "coffee ☕", "weekend"});

constexpr auto kGiftGerman = std::to_array<Text>({
    "Geschenk Klaus", "Abschiedsgeschenk", "Sammlung Geburtstag", "Trainingslager", "Mannschaftskasse", "Klassenkasse",
    "Kita Sommerfest", "Hochzeitsgeschenk"});
constexpr auto kGiftDutch = std::to_array<Text>({"cadeau Joke", "afscheid collega", "teamuitje", "schoolreis", "trouwcadeau"});
constexpr auto kGiftFrench = std::to_array<Text>({
    "cadeau commun", "pot de départ", "cagnotte anniversaire", "sortie scolaire", "cadeau mariage"});
constexpr auto kGiftEnglish = std::to_array<Text>({"leaving present", "team kitty", "class trip", "wedding present"});

constexpr auto kInvoiceGerman = std::to_array<Text>({
    "Rechnung", "Bestellung", "Kaution Wohnung", "Anzahlung Fahrzeug", "Rg.Nr.", "Kundennr.", "Auftrag"});
constexpr auto kInvoiceDutch = std::to_array<Text>({"factuur", "bestelling", "borg woning", "aanbetaling", "ordernr"});
constexpr auto kInvoiceFrench = std::to_array<Text>({"facture", "commande", "caution logement", "acompte", "réf"});
constexpr auto kInvoiceEnglish = std::to_array<Text>({"invoice", "order", "rental deposit", "advance payment", "ref"});

constexpr auto kMonthsGerman = std::to_array<Text>({
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"});
constexpr auto kMonthsDutch = std::to_array<Text>({
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december"});
constexpr auto kMonthsFrench = std::to_array<Text>({
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre"});
constexpr auto kMonthsEnglish = std::to_array<Text>({
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December"});

struct Fold {
  Text from;
  Text to;
};
constexpr auto kFolds = std::to_array<Fold>({
    {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"ß", "ss"}, {"é", "e"}, {"è", "e"},
    {"ë", "e"}, {"ê", "e"}, {"É", "e"}, {"ç", "c"}, {"î", "i"}, {"í", "i"}, {"ı", "i"}, {"ş", "s"}, {"š", "s"},
    {"á", "a"}, {"ř", "r"}, {"ū", "u"}, {"č", "c"}, {"ć", "c"}, {"ś", "s"}});
// clang-format on

}  // namespace

Words by_language(Language language, Words german, Words dutch, Words french, Words other) {
  switch (language) {
    case Language::kGerman:
      return german;
    case Language::kDutch:
      return dutch;
    case Language::kFrench:
      return french;
    default:
      return other;
  }
}

Words given_names(Language language) {
  return by_language(language, kGivenGerman, kGivenDutch, kGivenFrench, kGivenOther);
}
Words family_names(Language language) {
  return by_language(language, kFamilyGerman, kFamilyDutch, kFamilyFrench, kFamilyOther);
}
Words friend_memos(Language language) {
  return by_language(language, kFriendGerman, kFriendDutch, kFriendFrench, kFriendEnglish);
}
Words gift_memos(Language language) {
  return by_language(language, kGiftGerman, kGiftDutch, kGiftFrench, kGiftEnglish);
}
Words invoice_memos(Language language) {
  return by_language(language, kInvoiceGerman, kInvoiceDutch, kInvoiceFrench, kInvoiceEnglish);
}
Words month_names(Language language) {
  return by_language(language, kMonthsGerman, kMonthsDutch, kMonthsFrench, kMonthsEnglish);
}

void append_ascii_folded(std::string& out, std::string_view utf8) {
  while (!utf8.empty()) {
    const char c = utf8.front();
    if (static_cast<unsigned char>(c) < 0x80) {
      if (c >= 'A' && c <= 'Z') {
        out.push_back(static_cast<char>(c - 'A' + 'a'));
      } else if (c >= 'a' && c <= 'z') {
        out.push_back(c);
      }
      utf8.remove_prefix(1);
      continue;
    }
    std::size_t length = 1;
    while (length < utf8.size() && (static_cast<unsigned char>(utf8[length]) & 0xc0) == 0x80) ++length;
    for (const Fold& fold : kFolds) {
      if (fold.from == utf8.substr(0, length)) out.append(fold.to);
    }
    utf8.remove_prefix(length);
  }
}

}  // namespace weir::generator
