import DroverCore

/// Makes manifests of the configuration of a LiteLLM proxy: a Model for each deployment, a Provider for each place, and
/// a Route for each name that several deployments share or that falls back to others.
package enum LiteLLMConfig {
  /// `file` is the name that errors print.
  package static func read(_ bytes: [UInt8], file: String) throws(PriceImport.Failure) -> ModelsConfigImport {
    let config = try ImportedText.yaml(bytes, file: file)
    guard let list = config["model_list"]?.list else {
      throw PriceImport.Failure(description: "it has no 'model_list'; take the config.yaml of a LiteLLM proxy")
    }
    var gathering = LiteLLMGathering()
    for (place, element) in list.enumerated() {
      do throws(PriceImport.Failure) {
        gathering.add(try LiteLLMDeployment(element.value))
      } catch {
        let name = element.value["model_name"]?.string.map { " ('\($0)')" } ?? ""
        gathering.notes.append("model_list[\(place)]\(name): left out: it \(error)")
      }
    }
    let router = config["router_settings"] ?? .emptyMap
    let settings = config["litellm_settings"] ?? .emptyMap
    for value in [settings["fallbacks"], router["fallbacks"]] { gathering.addFallbacks(value) }
    gathering.setStrategy(router["routing_strategy"]?.string)
    gathering.attempts = (router["num_retries"] ?? settings["num_retries"])?.integer.map { $0 + 1 }
    noteRest(of: config, in: &gathering)
    return try gathering.result()
  }

  private static let taken: [String: Set<String>] = [
    "router_settings": ["fallbacks", "routing_strategy", "num_retries"],
    "litellm_settings": ["fallbacks", "num_retries"], "model_list": [],
  ]

  private static func noteRest(of config: FieldValue, in gathering: inout LiteLLMGathering) {
    for section in config.map ?? [] where section.key != "model_list" {
      let known = taken[section.key] ?? []
      let names = (section.value.map ?? []).map(\.key).filter { !known.contains($0) }
      guard !names.isEmpty || section.value.map == nil else { continue }
      gathering.notes.append(
        "\(section.key): not taken over" + (names.isEmpty ? "" : ": " + names.joined(separator: ", ")))
      if names.contains("master_key") {
        gathering.notes.append("general_settings.master_key: who may call is said by AccessKeys")
      }
    }
  }
}
