#include "bench/danish_records.h"

#include <array>
#include <random>
#include <string_view>

#include "opgang/v1/citizen.pb.h"
#include "opgang/v1/response.pb.h"

namespace opgang::bench {
namespace {

constexpr std::array<std::string_view, 24> kFirst = {
    "Amina",   "Bente", "Carl", "Dorthe", "Erik",   "Fatima", "Gert", "Hanne",
    "Ibrahim", "Jytte", "Kurt", "Lone",   "Mehmet", "Nadia",  "Ole",  "Pia",
    "Rikke",   "Søren", "Tove", "Ulla",   "Vagn",   "Yusuf",  "Åse",  "Østen"};
constexpr std::array<std::string_view, 16> kLast = {
    "Jensen", "Nielsen", "Hansen", "Pedersen", "Ali",   "Yılmaz",  "Warsame", "Sørensen",
    "Møller", "Ahmad",   "Holm",   "Kjær",     "Bruun", "Hussein", "Damgård", "Østergaard"};
constexpr std::array<std::string_view, 8> kLanguages = {"da", "da", "da", "so", "ar", "tr", "en", "fa"};
constexpr std::array<std::string_view, 16> kPhrases = {
    "Ryger omkring en pakke om dagen og har prøvet at holde op to gange før.",
    "Vil gerne med på holdet i fælleshuset, hvis naboen også kommer.",
    "Træffes bedst efter klokken 16, arbejder i køkkenet om formiddagen.",
    "Har fået nikotinplaster af lægen, men brugte dem kun i en uge.",
    "Spurgte til åndenød på trappen; henvist til sygeplejersken i bussen.",
    "Datteren oversætter, og vil gerne ringes op først.",
    "Bor på tredje sal uden elevator og kommer ikke så langt omkring.",
    "Fik folderen om Kom & Kvit og en seddel med nummer.",
    "Er bekymret for at tage på, og vil høre om kost på holdet.",
    "Stoppede i fjorten dage efter jul; begyndte igen til en fødselsdag.",
    "Vil tænke over det til fredag; ring ikke før.",
    "Mødte os i vaskeriet, havde hørt om holdet af viceværten.",
    "Har KOL og fik at vide af lægen, at det haster.",
    "Ønsker et hold om aftenen, gerne på Tornhøj.",
    "Manden ryger også, men er ikke hjemme i dagtimerne.",
    "Talte om motion og søvn, vil gerne på tur med gruppen."};

class Writer {
 public:
  explicit Writer(uint32_t seed) : random_(seed) {}

  template <size_t N>
  std::string One(const std::array<std::string_view, N>& of) {
    return std::string(of[random_() % N]);
  }
  std::string Note() {
    std::string note = One(kPhrases);
    for (uint32_t more = random_() % 3; more > 0; --more) note += " " + One(kPhrases);
    return note;
  }
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  Save::Part Citizen() {
    auto citizen = std::make_unique<v1::Citizen>();
    citizen->set_name(One(kFirst) + " " + One(kLast));
    citizen->set_telephone(std::to_string(20000000 + Below(70000000)));
    citizen->set_language(One(kLanguages));
    citizen->set_birth_year(static_cast<int32_t>(1940 + Below(65)));
    citizen->set_note(One(kPhrases));
    return {std::move(citizen), -1};
  }
  Save::Part Inquiry(int about) {
    auto inquiry = std::make_unique<v1::Inquiry>();
    inquiry->set_channel(static_cast<v1::Channel>(1 + Below(13)));
    inquiry->set_safe_hours("efter kl. " + std::to_string(14 + Below(5)));
    inquiry->set_note(Note());
    return {std::move(inquiry), about};
  }
  Save::Part Contact(int about) {
    auto contact = std::make_unique<v1::Contact>();
    contact->set_place(static_cast<v1::ContactPlace>(1 + Below(10)));
    contact->add_topics(v1::TOPIC_SMOKING);
    if (Below(3) == 0) contact->add_topics(v1::TOPIC_DIET);
    contact->set_note(Note());
    return {std::move(contact), about};
  }

 private:
  std::mt19937 random_;
};

}  // namespace

std::vector<Save> MakeSaves(int records, uint32_t seed) {
  Writer writer(seed);
  std::vector<Save> saves;
  std::vector<int> citizens;
  for (int made = 0; made < records;) {
    Save save;
    if (made % 4 == 0 && records - made >= 2) {
      const int place = static_cast<int>(saves.size());
      citizens.push_back(place);
      save.parts.push_back(writer.Citizen());
      save.parts.push_back(writer.Inquiry(place));
    } else {
      save.parts.push_back(writer.Contact(citizens[writer.Below(static_cast<uint32_t>(citizens.size()))]));
    }
    made += static_cast<int>(save.parts.size());
    saves.push_back(std::move(save));
  }
  return saves;
}

void SetCitizen(google::protobuf::Message& content, RecordId citizen) {
  if (auto* inquiry = dynamic_cast<v1::Inquiry*>(&content)) inquiry->set_citizen_id(citizen.ToBytes());
  if (auto* contact = dynamic_cast<v1::Contact*>(&content)) contact->set_citizen_id(citizen.ToBytes());
}

}  // namespace opgang::bench
