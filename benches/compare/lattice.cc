// A Viterbi search by a KenLM model through vidau's own lattices.
//
//   lattice MODEL BEAM < lattices
//       BEAM: hypotheses kept at each node, 0 for all.
//
// Of all lattices: the seconds of the searches alone, the cost of the best
// ways, and of those that vidau's first pass found, in nats.
#include "lm/model.hh"

#include <algorithm>
#include <chrono>
#include <cmath>
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

// Costs are in nats.
struct Arc {
  size_t from;
  float cost, paragraph;
  bool may_end;
  std::vector<WordIndex> words;
};

struct Lattice {
  float scale;
  double best;
  std::vector<std::vector<Arc>> into;
};

struct Hypothesis {
  float cost;
  State state;
};

struct HashState {
  size_t operator()(const State &state) const { return hash_value(state); }
};

template <class Model> std::vector<Lattice> read(const Model &model, std::istream &in) {
  const float kNat = 256;
  std::vector<Lattice> lattices;
  std::string line, word;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    if (line.compare(0, 8, "lattice ") == 0) {
      Lattice lattice;
      size_t nodes, arcs;
      fields >> word >> nodes >> arcs >> lattice.scale >> lattice.best;
      lattice.scale /= 256;
      lattice.best /= kNat;
      lattice.into.resize(nodes);
      lattices.push_back(lattice);
      continue;
    }
    Arc arc;
    size_t to;
    fields >> arc.from >> to >> arc.cost >> arc.paragraph;
    arc.may_end = arc.paragraph != -1;
    arc.cost /= kNat;
    arc.paragraph /= kNat;
    while (fields >> word) arc.words.push_back(model.GetVocabulary().Index(word));
    lattices.back().into[to].push_back(arc);
  }
  return lattices;
}

template <class Model> class Search {
 public:
  Search(const Model &model, size_t beam) : model_(model), beam_(beam) {}

  // The best way from `state`, which becomes that at its end.
  float Best(const Lattice &lattice, State &state) {
    at_.resize(std::max(at_.size(), lattice.into.size()));
    for (std::vector<Hypothesis> &node : at_) node.clear();
    at_[0].push_back({0, state});
    const float nats = lattice.scale * std::log(10.0f);
    for (size_t node = 1; node < lattice.into.size(); ++node) {
      std::vector<Hypothesis> &here = at_[node];
      place_.clear();
      for (const Arc &arc : lattice.into[node]) {
        for (const Hypothesis &before : at_[arc.from]) {
          Hypothesis next = {before.cost + arc.cost, before.state};
          for (WordIndex word : arc.words) {
            State after;
            next.cost -= nats * model_.FullScore(next.state, word, after).prob;
            next.state = after;
          }
          Arrive(here, next);
          if (arc.may_end) {
            WordIndex end = model_.GetVocabulary().EndSentence();
            State after;
            float cost = nats * model_.FullScore(before.state, end, after).prob;
            Arrive(here, {before.cost + arc.paragraph - cost, model_.BeginSentenceState()});
          }
        }
      }
      if (beam_ && here.size() > beam_) {
        std::nth_element(here.begin(), here.begin() + beam_, here.end(), Better);
        here.resize(beam_);
      }
    }
    const std::vector<Hypothesis> &last = at_[lattice.into.size() - 1];
    const Hypothesis &best = *std::min_element(last.begin(), last.end(), Better);
    state = best.state;
    return best.cost;
  }

 private:
  static bool Better(const Hypothesis &a, const Hypothesis &b) { return a.cost < b.cost; }

  void Arrive(std::vector<Hypothesis> &here, const Hypothesis &next) {
    auto placed = place_.insert(std::make_pair(next.state, here.size()));
    if (placed.second)
      here.push_back(next);
    else if (Better(next, here[placed.first->second]))
      here[placed.first->second] = next;
  }

  const Model &model_;
  const size_t beam_;
  std::vector<std::vector<Hypothesis>> at_;
  std::unordered_map<State, size_t, HashState> place_;
};

template <class Model> int run(char **argv) {
  Model model(argv[1]);
  std::vector<Lattice> lattices = read(model, std::cin);
  Search<Model> search(model, std::stoul(argv[2]));
  State state = model.BeginSentenceState();
  double cost = 0, ours = 0, start = seconds();
  for (const Lattice &lattice : lattices) {
    cost += search.Best(lattice, state);
    ours += lattice.best;
  }
  std::cout << seconds() - start << ' ' << cost << ' ' << ours << '\n';
  return 0;
}

}  // namespace

int main(int argc, char **argv) {
  lm::ngram::ModelType type;
  if (argc != 3 || !lm::ngram::RecognizeBinary(argv[1], type)) {
    std::cerr << "usage: lattice MODEL BEAM\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  switch (type) {
    case lm::ngram::PROBING:
      return run<lm::ngram::ProbingModel>(argv);
    case lm::ngram::TRIE:
      return run<lm::ngram::TrieModel>(argv);
    default:
      std::cerr << "a probing or a trie model is wanted\n";
      return 2;
  }
}
