import DroverCore

/// Makes manifests of the configuration of llama-swap: a Model for each of its models, one Provider that runs them, and
/// ModelSets for what is loaded one at a time.
package enum LlamaSwapConfig {
  /// `file` is the name that errors print.
  package static func read(_ bytes: [UInt8], file: String) throws(PriceImport.Failure) -> ModelsConfigImport {
    let config = try ImportedText.yaml(bytes, file: file)
    guard let entries = config["models"]?.map else {
      throw PriceImport.Failure(description: "it has no map of 'models'; take the config.yaml of llama-swap")
    }
    var gathering = LlamaSwapGathering(config)
    for entry in entries { gathering.add(entry.key, entry.value) }
    return try gathering.result()
  }
}

/// Gathers the manifests of a llama-swap configuration.
private struct LlamaSwapGathering {
  private let config: FieldValue
  private var models: [FieldValue] = []
  /// Names of Models by the ids of the file.
  private var names: [(id: String, name: String)] = []
  private var flags: Set<String> = []
  private var notes: [String] = []
  private static let provider = "local"

  init(_ config: FieldValue) { self.config = config }

  mutating func add(_ id: String, _ entry: FieldValue) {
    let macros = LlamaSwapMacros(id: id, [config["macros"], entry["macros"]])
    let command: LlamaSwapCommand
    do throws(PriceImport.Failure) {
      command = try LlamaSwapCommand(LlamaSwapCommand.words(of: macros.expand(entry["cmd"]?.string ?? "")))
    } catch {
      notes.append("\(id): left out: it \(error)")
      return
    }
    for note in command.notes { notes.append("\(id): \(note)") }
    for flag in command.flags { flags.insert(String(flag.prefix { $0 != "=" })) }
    let name = ManifestGathering.slug(id)
    guard !name.isEmpty, !names.contains(where: { $0.name == name }) else {
      notes.append("\(id): left out: another model is called '\(name)'")
      return
    }
    names.append((id, name))
    var aliases = (entry["aliases"]?.list ?? []).compactMap { $0.value.string ?? $0.value["id"]?.string }
    if id != name { aliases.insert(id, at: 0) }
    models.append(ManifestGathering.manifest(.model, name, spec(entry, aliases, command, macros)))
    let known: Set = [
      "cmd", "name", "description", "ttl", "aliases", "metadata", "concurrencyLimit", "macros", "proxy",
      "checkEndpoint",
    ]
    let rest = (entry.map ?? []).map(\.key).filter { !known.contains($0) }
    if !rest.isEmpty { notes.append("\(id): not taken over: \(rest.joined(separator: ", "))") }
  }

  private func spec(
    _ entry: FieldValue, _ aliases: [String], _ command: LlamaSwapCommand, _ macros: LlamaSwapMacros
  ) -> FieldValue {
    var metadata = entry["metadata"]?.map ?? []
    if let text = entry["description"]?.string { metadata.append(FieldEntry("description", .string(text))) }
    let limit = entry["concurrencyLimit"]?.integer.flatMap { $0 > 0 ? $0 : nil }
    return .object([
      "provider": .string(Self.provider), "displayName": entry["name"]?.string.map { .string($0) },
      "aliases": aliases.isEmpty ? nil : .strings(aliases),
      "metadata": metadata.isEmpty ? nil : macros.expand(.map(metadata)),
      "rateLimit": limit.map { .object(["concurrency": .integer($0)]) },
      "idleUnloadAfter": idle(entry["ttl"]?.integer ?? -1), "llamaCpp": command.spec,
    ])
  }

  /// -1 is the file's own default, and 0 is never.
  private func idle(_ seconds: Int64) -> FieldValue? {
    let seconds = seconds < 0 ? config["globalTTL"]?.integer ?? 0 : seconds
    return seconds > 0 ? .duration(.seconds(min(seconds, 1_000_000_000))) : nil
  }

  mutating func result() throws(PriceImport.Failure) -> ModelsConfigImport {
    guard !models.isEmpty else {
      throw PriceImport.Failure(
        description: "it has no model that could be taken over"
          + (notes.isEmpty ? "" : ": " + notes.joined(separator: "; ")))
    }
    let sets = sets()
    noteRest()
    return ModelsConfigImport(
      providers: [ManifestGathering.manifest(.provider, Self.provider, providerSpec)], models: models, sets: sets,
      notes: notes)
  }

  private var providerSpec: FieldValue {
    let port = config["startPort"]?.integer.flatMap { (1...64_535).contains($0) ? $0 : nil }
    let load = config["healthCheckTimeout"]?.integer.map { min(max($0, 15), 1_000_000) }
    return .object([
      "type": .string(ProviderType.llamaCpp.rawValue), "mode": .string(ProviderMode.managed.rawValue),
      "managed": port.map { .object(["ports": .object(["from": .integer($0), "to": .integer($0 + 999)])]) },
      "timeouts": load.map { .object(["load": .duration(.seconds($0))]) },
    ])
  }

  // MARK: What is loaded one at a time

  /// llama-swap runs one model at a time, and of groups as they say: a set for each thing that may run alone, all of one
  /// exclusive group.
  private mutating func sets() -> [FieldValue] {
    guard names.count > 1 else { return [] }
    var sets: [FieldValue] = []
    var rest = names
    for group in config["groups"]?.map ?? [] {
      let members = group.value["members"]?.stringList ?? []
      let found = names.filter { members.contains($0.id) }
      rest.removeAll { member in found.contains { $0.id == member.id } }
      let isExclusive = group.value["exclusive"]?.bool ?? true
      if group.value["persistent"]?.bool == true {
        notes.append("groups.\(group.key): not taken over: persistent; its models stay out of every exclusive group")
        continue
      }
      let exclusive = isExclusive ? "llama-swap" : group.key
      if group.value["swap"]?.bool ?? true {
        sets += found.map { set($0.name, [$0.name], exclusive) }
      } else if isExclusive, !found.isEmpty {
        sets.append(set(ManifestGathering.slug(group.key), found.map(\.name), exclusive))
      }
    }
    if config["matrix"] != nil {
      notes.append("matrix: not taken over: each model is loaded alone; let sets.yaml say what may run together")
    }
    return sets + rest.map { set($0.name, [$0.name], "llama-swap") }
  }

  private func set(_ name: String, _ models: [String], _ group: String) -> FieldValue {
    ManifestGathering.manifest(
      .modelSet, name,
      .object([
        "match": .object(["names": .strings(models)]), "active": .string("Never"), "exclusiveGroup": .string(group),
      ]))
  }

  // MARK: What is not taken over

  private mutating func noteRest() {
    if !flags.isEmpty {
      notes.append(
        "the host policy must allow these flags: runtimes: {llama-server: {path: PATH, flags: ["
          + flags.sorted().joined(separator: ", ") + "]}}")
    }
    if let preload = config[path: ["hooks", "on_startup", "preload"]]?.stringList, !preload.isEmpty {
      notes.append(
        "hooks.on_startup.preload: set desiredState: Loaded to keep loaded: \(preload.joined(separator: ", "))")
    }
    if config["apiKeys"] != nil { notes.append("apiKeys: who may call is said by AccessKeys") }
    let known: Set = [
      "models", "macros", "groups", "matrix", "hooks", "apiKeys", "startPort", "healthCheckTimeout", "globalTTL",
      "logLevel", "logTimeFormat", "logToStdout", "metricsMaxInMemory", "captureBuffer",
    ]
    for entry in config.map ?? [] where !known.contains(entry.key) { notes.append("\(entry.key): not taken over") }
  }
}
