import DroverCore

/// The command line of one `llama-server`. Pure; never holds a secret, since every user of the host can read it.
enum LlamaServerArguments {
  /// What differs between versions of the engine.
  struct Dialect: Hashable, Sendable {
    /// The flag that switches the web page off; nil where it has none.
    var withoutPage: String?
    var embeddings = "--embeddings"
  }

  /// - Parameter trainedContext: the context in tokens that the model was trained for, where its file says so.
  static func make(
    _ model: ModelSpec, port: Int, modelPath: String, trainedContext: UInt64?, dialect: Dialect
  ) -> [String] {
    let engine = model.llamaCpp
    var arguments = [
      "--model", modelPath, "--alias", model.modelID, "--host", "127.0.0.1", "--port", String(port),
      "--parallel", String(engine.slots),
    ]
    if let context = context(of: model, trainedContext: trainedContext) {
      arguments += ["--ctx-size", String(context)]
    }
    if let layers = engine.gpuLayers { arguments += ["--n-gpu-layers", String(layers)] }
    arguments.append("--metrics")
    if let flag = dialect.withoutPage { arguments.append(flag) }
    if engine.embedding { arguments.append(dialect.embeddings) }
    return arguments + engine.flags.flatMap(words(of:))
  }

  /// A manifest writes `--threads=4` or `--threads 4`; the engine wants two words.
  static func words(of flag: String) -> [String] {
    flag.split(maxSplits: 1) { $0 == "=" || $0 == " " }.map(String.init)
  }

  /// The flags by which Drover itself starts the engine: a second one would undo the first.
  private static let own: Set<String> = [
    "--model", "-m", "--alias", "-a", "--host", "--port", "--parallel", "-np", "--ctx-size", "-c", "--n-gpu-layers",
    "--gpu-layers", "-ngl", "--api-key", "--api-key-file", "--embedding", "--embeddings", "--api-prefix",
  ]

  /// Why a flag of a manifest may not be passed; nil where all may.
  static func objection(to flags: [String], runtime: HostPolicy.Runtime) -> String? {
    for flag in flags {
      let name = words(of: flag).first ?? flag
      if own.contains(name) { return "flag \(name) is set by Drover; use the fields of llamaCpp instead" }
      guard runtime.flags.contains(name) else {
        let hint = Suggestion.phrase(for: name, among: runtime.flags)
        return "flag \(name) is not allowed for runtime '\(runtime.name)'"
          + (hint.isEmpty ? "; add it to the flags of the runtime in the host policy" : hint)
      }
    }
    return nil
  }

  /// The context of all slots together: the engine divides what it is given by the number of slots. Nil leaves it to
  /// the engine, where neither the spec nor the file says anything.
  static func context(of model: ModelSpec, trainedContext: UInt64?) -> UInt64? {
    let perRequest = model.llamaCpp.contextPerRequest.map { UInt64(max(0, $0)) } ?? trainedContext
    guard let perRequest, perRequest > 0, perRequest <= 1 << 40 else { return nil }
    return perRequest * UInt64(max(1, model.llamaCpp.slots))
  }
}
