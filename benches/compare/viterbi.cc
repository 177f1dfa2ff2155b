// Puts marks back by a KenLM model and nothing else: a Viterbi search over all
// words of the vocabulary with the same letters.
//
//   viterbi MODEL FORMS BEAM < text without marks > text
//       FORMS: a line for each form without marks: it, then the words it may be.
//       BEAM: hypotheses kept after each word, 0 for all.
//   viterbi MODEL --queries < words     nanoseconds of a query
//
// A line is a sentence. Figures go to stderr.
#include "lm/model.hh"

#include <algorithm>
#include <chrono>
#include <climits>
#include <clocale>
#include <cstring>
#include <cwchar>
#include <cwctype>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

using lm::WordIndex;
using lm::ngram::State;

namespace {

double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

struct Form {
  std::string word;
  WordIndex id;
};
typedef std::unordered_map<std::string, std::vector<Form>> Forms;

struct Token {
  size_t start, end;
  const std::vector<Form> *forms;
};

struct Hypothesis {
  float score;
  State state;
  int from;
  int form;
};

struct HashState {
  size_t operator()(const State &state) const { return hash_value(state); }
};

std::string lower(const std::string &text) {
  std::string out(text);
  for (char &c : out) c = std::tolower(static_cast<unsigned char>(c));
  return out;
}

// `word` with capitals where `written` has them; both have as many letters.
std::string like(const std::string &written, const std::string &word) {
  std::string out;
  std::mbstate_t reading = std::mbstate_t(), writing = std::mbstate_t();
  size_t at = 0;
  for (char c : written) {
    wchar_t letter;
    size_t length = std::mbrtowc(&letter, &word[at], word.size() - at, &reading);
    at += length;
    if (std::isupper(static_cast<unsigned char>(c))) letter = std::towupper(letter);
    char bytes[MB_LEN_MAX];
    out.append(bytes, std::wcrtomb(bytes, letter, &writing));
  }
  return out;
}

template <class Model> class Restorer {
 public:
  Restorer(const Model &model, const char *forms, size_t beam) : model_(model), beam_(beam) {
    std::ifstream in(forms);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string bare, word;
      words >> bare;
      while (words >> word) forms_[bare].push_back({word, Id(word)});
    }
    number_.push_back({"", Id("<num>")});
    comma_.push_back({"", Id(",")});
    stop_.push_back({"", Id(".")});
    unknown_.push_back({"", model.GetVocabulary().NotFound()});
  }

  std::string Line(const std::string &line) {
    std::vector<Token> tokens = Tokens(line);
    std::vector<std::vector<Hypothesis>> steps(1);
    steps[0].push_back({0, model_.BeginSentenceState(), 0, 0});
    for (const Token &token : tokens) steps.push_back(Step(steps.back(), *token.forms));
    const std::vector<Hypothesis> &last = steps.back();
    int at = std::max_element(last.begin(), last.end(), Worse) - last.begin();
    std::vector<int> chosen(tokens.size());
    for (size_t i = tokens.size(); i-- > 0;) {
      chosen[i] = steps[i + 1][at].form;
      at = steps[i + 1][at].from;
    }
    std::string out;
    size_t copied = 0;
    for (size_t i = 0; i < tokens.size(); ++i) {
      const std::string &word = (*tokens[i].forms)[chosen[i]].word;
      if (word.empty()) continue;
      out.append(line, copied, tokens[i].start - copied);
      out += like(line.substr(tokens[i].start, tokens[i].end - tokens[i].start), word);
      copied = tokens[i].end;
    }
    return out.append(line, copied, std::string::npos);
  }

  size_t Queries() const { return queries_; }

 private:
  static bool Worse(const Hypothesis &a, const Hypothesis &b) { return a.score < b.score; }
  static bool Better(const Hypothesis &a, const Hypothesis &b) { return a.score > b.score; }

  WordIndex Id(const std::string &word) const { return model_.GetVocabulary().Index(word); }

  // Words, numbers, commas and what ends a clause; the rest is passed over.
  std::vector<Token> Tokens(const std::string &line) const {
    std::vector<Token> tokens;
    for (size_t i = 0; i < line.size();) {
      size_t start = i;
      unsigned char c = line[i++];
      if (std::isalpha(c)) {
        while (i < line.size() && std::isalpha(static_cast<unsigned char>(line[i]))) ++i;
        auto found = forms_.find(lower(line.substr(start, i - start)));
        tokens.push_back({start, i, found == forms_.end() ? &unknown_ : &found->second});
      } else if (std::isdigit(c)) {
        while (i < line.size() && (std::isdigit(static_cast<unsigned char>(line[i])) ||
                                   (std::strchr(".,/", line[i]) && i + 1 < line.size() &&
                                    std::isdigit(static_cast<unsigned char>(line[i + 1])))))
          ++i;
        tokens.push_back({start, i, &number_});
      } else if (c == ',') {
        tokens.push_back({start, i, &comma_});
      } else if (std::strchr(".;:!?", c)) {
        tokens.push_back({start, i, &stop_});
      }
    }
    return tokens;
  }

  std::vector<Hypothesis> Step(const std::vector<Hypothesis> &before,
                               const std::vector<Form> &forms) {
    std::vector<Hypothesis> after;
    place_.clear();
    for (size_t from = 0; from < before.size(); ++from) {
      for (size_t form = 0; form < forms.size(); ++form) {
        Hypothesis next;
        next.score = before[from].score +
                     model_.FullScore(before[from].state, forms[form].id, next.state).prob;
        next.from = from;
        next.form = form;
        auto placed = place_.insert(std::make_pair(next.state, after.size()));
        if (placed.second)
          after.push_back(next);
        else if (Worse(after[placed.first->second], next))
          after[placed.first->second] = next;
      }
    }
    queries_ += before.size() * forms.size();
    if (beam_ && after.size() > beam_) {
      std::nth_element(after.begin(), after.begin() + beam_, after.end(), Better);
      after.resize(beam_);
    }
    return after;
  }

  const Model &model_;
  const size_t beam_;
  Forms forms_;
  std::vector<Form> number_, comma_, stop_, unknown_;
  std::unordered_map<State, size_t, HashState> place_;
  size_t queries_ = 0;
};

template <class Model> void restore(const Model &model, const char *forms, size_t beam) {
  Restorer<Model> restorer(model, forms, beam);
  double start = seconds();
  for (std::string line; std::getline(std::cin, line);) std::cout << restorer.Line(line) << '\n';
  std::cerr << restorer.Queries() << " queries in " << seconds() - start << " s\n";
}

struct Query {
  State state;
  WordIndex word;
};

// The least of many rounds, in nanoseconds a query.
template <class Body> double fastest(size_t queries, Body body) {
  double least = 1e9;
  float sum = 0;
  for (int round = 0; round < 2000; ++round) {
    double start = seconds();
    sum += body();
    least = std::min(least, seconds() - start);
  }
  // The sum is of use, or it would not be computed.
  return sum == 1 ? 0 : 1e9 * least / queries;
}

// As `cargo bench --bench lm`: from the state before, and after each state a
// word that no context has.
template <class Model> void queries(const Model &model) {
  std::vector<WordIndex> words;
  for (std::string word; std::cin >> word;) words.push_back(model.GetVocabulary().Index(word));
  double running = fastest(words.size(), [&] {
    float sum = 0;
    State state = model.BeginSentenceState(), next;
    for (WordIndex word : words) {
      sum += model.FullScore(state, word, next).prob;
      state = next;
    }
    return sum;
  });
  std::vector<Query> unseen;
  State state = model.BeginSentenceState(), next;
  for (WordIndex word : words) {
    model.FullScore(state, word, next);
    state = next;
    for (WordIndex other : words) {
      if (model.FullScore(state, other, next).ngram_length == 1) {
        unseen.push_back({state, other});
        break;
      }
    }
  }
  double backoff = fastest(unseen.size(), [&] {
    float sum = 0;
    State next;
    for (const Query &query : unseen) sum += model.FullScore(query.state, query.word, next).prob;
    return sum;
  });
  std::cout << running << ' ' << backoff << '\n';
}

template <class Model> int run(int argc, char **argv) {
  Model model(argv[1]);
  if (argc == 3)
    queries(model);
  else
    restore(model, argv[2], std::stoul(argv[3]));
  return 0;
}

}  // namespace

int main(int argc, char **argv) {
  lm::ngram::ModelType type;
  if (argc < 3 || argc > 4 || !lm::ngram::RecognizeBinary(argv[1], type)) {
    std::cerr << "usage: viterbi MODEL FORMS BEAM | viterbi MODEL --queries\n";
    return 2;
  }
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::ios::sync_with_stdio(false);
  switch (type) {
    case lm::ngram::PROBING:
      return run<lm::ngram::ProbingModel>(argc, argv);
    case lm::ngram::TRIE:
      return run<lm::ngram::TrieModel>(argc, argv);
    default:
      std::cerr << "a probing or a trie model is wanted\n";
      return 2;
  }
}
