#include "engine/explain/position.h"

namespace cnn {

namespace {

// One array per column of the list.
void add_terms(const std::vector<Term>& list, Answer& answer) {
  const auto column = [&](const char* name, auto&& value_of) { add_column(answer, name, list, value_of); };
  column("input", [](const Term& term) { return term.input; });
  column("row", [](const Term& term) { return term.cell.row; });
  column("column", [](const Term& term) { return term.cell.column; });
  column("channel", [](const Term& term) { return term.cell.channel; });
  column("value", [](const Term& term) { return term.value; });
  column("weight", [](const Term& term) { return term.weight; });
  column("product", [](const Term& term) { return term.product; });
  column("tensor", [](const Term& term) { return term.tensor; });
  column("element", [](const Term& term) { return term.element; });
}

}  // namespace

Answer explain_position(Scene& scene, const Query& query) {
  const int index = scene.net().need_node(query.node);
  const Node& node = scene.graph()[index];
  const Place place = scene.place(index, query);
  const Terms terms = scene.terms(index, place);

  Answer answer;
  Json& json = answer.json;
  json["node"] = node.name;
  json["kind"] = arithmetic_name(terms.kind);
  json["inputs"] = Json::array();
  for (const int input : node.inputs) json["inputs"].push_back(scene.graph()[input].name);
  json["tensors"] = Json::array();
  for (const ParameterSpec& spec : node.parameters) json["tensors"].push_back(node.name + "/" + spec.name);
  double sum = 0;
  for (const Term& term : terms.list) sum += term.product;
  json["result"] = scene.run().activation(index)[offset(place, node.shape)];
  json["sum"] = sum;
  json["numbers"] = numbers_json(terms);
  add_terms(terms.list, answer);
  return answer;
}

}  // namespace cnn
