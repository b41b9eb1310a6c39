#include <array>

#include "ops/generator/words.h"

namespace weir::generator {

namespace {

using Text = std::string_view;

// clang-format off
// One row per category; the variants of a language are separated by '|'. A category that is sold under brand names
// alone has none.
struct Nouns {
  std::array<Text, kLanguages> by_language;  // German, Dutch, French, Italian, Spanish, English, other
};

constexpr std::array<Nouns, kCategories> kNouns = {{
    {{"Frischmarkt|Markthalle|Nahkauf", "Versmarkt|Buurtsuper", "Marché|Épicerie|Superette", "Alimentari|Mercato", "Supermercado|Mercado", "Foodhall|Grocers|Market", "Market|Mini Market"}},
    {{"Bäckerei|Backstube|Café", "Bakkerij|Koffiehuis", "Boulangerie|Pâtisserie|Café", "Panificio|Bar|Pasticceria", "Panadería|Cafetería", "Bakery|Coffee", "Café|Bakery"}},
    {{"Gasthaus|Restaurant|Wirtshaus", "Eetcafé|Restaurant", "Bistro|Brasserie|Restaurant", "Trattoria|Osteria", "Restaurante|Bodega|Taberna", "Kitchen|The|Dining Room", "Restaurant|Bistro"}},
    {{"Imbiss|Döner|Pizzeria", "Snackbar|Frituur", "Crêperie|Sandwicherie|Kebab", "Pizza al Taglio|Paninoteca", "Tapas|Bocadillos", "Burgers|Fried Chicken|Noodles", "Street Food|Grill"}},
    {{"Tankhof|Tankstelle", "Tankstation", "Station", "Stazione", "Gasolinera", "Fuels|Service Station", "Petrol"}},
    {{"Apotheke", "Apotheek", "Pharmacie", "Farmacia", "Farmacia", "Pharmacy", "Pharmacy"}},
    {{"Modehaus|Boutique", "Kledinghuis|Boutique", "Boutique|Mode", "Moda|Abbigliamento", "Moda|Boutique", "Clothing|Outfitters", "Boutique|Fashion"}},
    {{"Elektrohaus|Technikhaus", "Elektronica", "Électronique", "Elettronica", "Electrónica", "Electronics", "Electronics"}},
    {{"Buchhandlung|Bücherstube", "Boekhandel", "Librairie", "Libreria", "Librería", "Books|Bookshop", "Books"}},
    {{"Verkehrsbetriebe|Stadtbahn", "Stadsvervoer|Tram", "Transports|Tramway", "Trasporti", "Transportes", "Transit|Metro", "Metro|Transit"}},
    {{"Taxi|Funktaxi", "Taxi", "Taxi", "Taxi", "Taxi", "Cabs|Taxi", "Taxi"}},
    {{"Kino|Kletterhalle|Therme", "Bioscoop|Zwembad", "Cinéma|Théâtre", "Cinema|Teatro", "Cine|Teatro", "Cinema|Museum", "Museum|Cinema"}},
    {{"Baumarkt|Eisenwaren|Gartencenter", "Bouwmarkt|Tuincentrum", "Bricolage|Quincaillerie", "Ferramenta", "Ferretería", "Hardware", "Hardware"}},
    {{"Kaufhaus|Warenhaus", "Warenhuis", "Grand Magasin|Bazar", "Grandi Magazzini", "Almacenes", "Department Store", "Department Store"}},
    {{"", "", "", "", "", "", ""}},
    {{"", "", "", "", "", "", ""}},
    {{"", "", "", "", "", "", ""}},
    {{"Friseur|Haarstudio|Salon", "Kapsalon", "Coiffure|Salon", "Parrucchiere", "Peluquería", "Hair|Barbers", "Salon"}},
    {{"Geldautomat", "Geldautomaat", "Distributeur", "Bancomat", "Cajero", "Cash Machine|ATM", "ATM"}},
    {{"Hotel|Pension", "Hotel|Pension", "Hôtel|Auberge", "Albergo|Hotel", "Hotel|Hostal", "Hotel|Inn", "Hotel|Guesthouse"}},
    {{"", "", "", "", "", "", ""}},
    {{"Juwelier|Goldschmiede", "Juwelier", "Bijouterie|Joaillerie", "Gioielleria", "Joyería", "Jewellers", "Jewellery"}},
    {{"Geschenkhaus|Präsente", "Cadeauwinkel", "Cadeaux", "Regali", "Regalos", "Gifts & Cards", "Gifts"}},
    {{"", "", "", "", "", "", ""}},
    {{"", "", "", "", "", "", ""}},
    {{"", "", "", "", "", "", ""}},
    {{"Tierbedarf|Futterhaus", "Dierenwinkel", "Animalerie", "Animali", "Mascotas", "Pets", "Pets"}},
}};

constexpr auto kNamesGerman = std::to_array<Text>({
    "Nordlicht", "Holle", "Zeisig", "am Markt", "Sonnenhof", "Krämer", "Silberbach", "Alte Post", "Lindner", "Seeblick",
    "Bergmann", "Zur Eiche", "Hanseatic", "Rosengarten", "Wiesengrund", "Kastanie", "Drei Linden", "Tannberg",
    "Mühlbach", "Goldener Hirsch", "am Bahnhof", "Westend", "Elbtal", "Brunnenhof", "Kranich", "Ostkreuz", "Feldmann",
    "Adler", "Südtor", "Grünwald", "Sternberg", "Kaiser Friedrich"});
constexpr auto kNamesDutch = std::to_array<Text>({
    "De Molen", "Zeezicht", "Van Houten", "De Linde", "Waterkant", "Het Anker", "Oranjehof", "De Kroon", "Prinsenhof",
    "Duinrand", "Stadspoort", "De Gouden Leeuw", "Vondel", "Lindenhof", "Noord", "De Zwaan", "Havenzicht", "Tulp"});
constexpr auto kNamesFrench = std::to_array<Text>({
    "du Parc", "Saint-Martin", "des Halles", "de la Gare", "Belle Rive", "Les Tilleuls", "du Vieux Port", "Lumière",
    "Le Petit Cygne", "Croix-Rousse", "Soleil Levant", "des Arts", "Montrouge", "La Grange", "de l'Étoile", "Bellevue",
    "Chez Odette", "L'Olivier"});
constexpr auto kNamesItalian = std::to_array<Text>({
    "del Sole", "San Marco", "La Pergola", "Bella Vista", "da Gino", "del Porto", "Aurora", "Il Girasole", "dei Fiori",
    "Castello", "La Fontana", "Margherita", "Due Torri", "Azzurra"});
constexpr auto kNamesSpanish = std::to_array<Text>({
    "del Mar", "La Paloma", "El Faro", "San Telmo", "Las Rosas", "La Esquina", "Don Rafael", "El Olivo", "Plaza Mayor",
    "Buenavista", "La Palma", "Sol y Sombra", "Mirador", "Casa Elvira"});
constexpr auto kNamesEnglish = std::to_array<Text>({
    "Harbour", "Red Lion", "Ashdown", "Willow & Vine", "Kingsgate", "Corner", "Maple", "Bluebird", "Old Mill", "Thornbury",
    "Riverside", "Union Square", "Highland", "Pelham", "Grove Street", "Lantern", "Copper Kettle", "Seaview"});
constexpr auto kNamesOther = std::to_array<Text>({
    "Central", "Royal", "Marina", "Old Town", "Panorama", "Sakura", "Lotus", "Poseidon", "Bosphor", "Polana", "Vltava",
    "Nyhavn", "Sunrise", "Palace", "Riviera", "Garden", "Aurora", "Orion"});

constexpr auto kBeginnings = std::to_array<Text>({
    "Vel", "Nord", "Pixel", "Kiste", "Mira", "Lumo", "Brava", "Zanto", "Quill", "Fjord", "Tavo", "Ember", "Osto",
    "Wickel", "Cara", "Plenti", "Hexa", "Rondo", "Solvi", "Trusti", "Maxo", "Blinq", "Urba", "Yomi"});
constexpr auto kEndings = std::to_array<Text>({
    "mora", "kiste", "hafen", "ly", "shop", "world", "direct", "now", "market", "box", "store24", "lane", "point", "ora",
    "zone", "wave", "hub", "nest", "port", "deal"});

constexpr auto kTradesGerman = std::to_array<Text>({
    "Logistik", "Maschinenbau", "Pflegedienst", "Gebäudetechnik", "Software", "Klinikum", "Handels", "Druckhaus",
    "Ingenieurbüro", "Backwaren", "Medizintechnik", "Spedition", "Consulting", "Stadtwerke"});
constexpr auto kTradesDutch = std::to_array<Text>({
    "Logistiek", "Techniek", "Zorg", "Software", "Bouw", "Handel", "Advies", "Transport", "Zuivel", "Onderwijs"});
constexpr auto kTradesFrench = std::to_array<Text>({
    "Logistique", "Mécanique", "Santé", "Logiciels", "Bâtiment", "Distribution", "Conseil", "Transports", "Textiles"});
constexpr auto kTradesEnglish = std::to_array<Text>({
    "Logistics", "Engineering", "Care", "Software", "Construction", "Trading", "Consulting", "Foods", "Exports"});

constexpr auto kUtilitiesGerman = std::to_array<Text>({
    "Stadtwerke Nordtal", "Energie Werra", "Lichtblau Strom", "Telvio Mobil", "Funknetz Süd", "Schirm Versicherung",
    "Hausrat Union", "Muskelwerk Fitness", "Krankenkasse Mitte", "Wasserverband Ost", "Kabel Regio", "Bausparring"});
constexpr auto kUtilitiesDutch = std::to_array<Text>({
    "Waterland Energie", "Telvio NL", "Zorgkas Midden", "Stroomhuis", "Polder Verzekeringen", "Sportloods", "Kabel Delta",
    "Duinwater", "Zilver Pensioensparen", "Warmtenet West", "Mobiel Noord", "Rijwiel Lease"});
constexpr auto kUtilitiesFrench = std::to_array<Text>({
    "Énergie du Rhône", "Telvio France", "Mutuelle des Quais", "Eaux du Nord", "Assurance Parapluie", "Salle Forme",
    "Câble Azur", "Mobile Sud", "Épargne Chêne", "Chauffage Urbain", "Vélo Abonnement", "Presse Matin"});

constexpr auto kAuthoritiesGerman = std::to_array<Text>({"Rentenkasse Mitte", "Pensionsanstalt Süd", "Studienförderung Land"});
constexpr auto kAuthoritiesDutch = std::to_array<Text>({"Pensioenfonds Delta", "Rijkspensioen", "Studiefinanciering"});
constexpr auto kAuthoritiesFrench = std::to_array<Text>({"Caisse de Retraite Est", "Retraites Centre", "Bourses Étudiants"});
// clang-format on

}  // namespace

std::string_view shop_nouns(Language language, Category category) {
  return kNouns[static_cast<std::size_t>(category)].by_language[static_cast<std::size_t>(language)];
}

Words shop_names(Language language) {
  switch (language) {
    case Language::kItalian:
      return kNamesItalian;
    case Language::kSpanish:
      return kNamesSpanish;
    case Language::kEnglish:
      return kNamesEnglish;
    default:
      return by_language(language, kNamesGerman, kNamesDutch, kNamesFrench, kNamesOther);
  }
}

Words brand_beginnings() { return kBeginnings; }
Words brand_endings() { return kEndings; }

Words company_trades(Language language) {
  return by_language(language, kTradesGerman, kTradesDutch, kTradesFrench, kTradesEnglish);
}

std::string_view company_form(std::string_view country_code) {
  if (country_code == "DE" || country_code == "AT" || country_code == "CH") return "GmbH";
  if (country_code == "NL" || country_code == "BE") return "BV";
  if (country_code == "FR") return "SARL";
  if (country_code == "LT") return "UAB";
  if (country_code == "ES") return "SL";
  return "Ltd";
}

Words utility_names(Language language) {
  return by_language(language, kUtilitiesGerman, kUtilitiesDutch, kUtilitiesFrench, kUtilitiesGerman);
}
Words authority_names(Language language) {
  return by_language(language, kAuthoritiesGerman, kAuthoritiesDutch, kAuthoritiesFrench, kAuthoritiesGerman);
}

}  // namespace weir::generator
