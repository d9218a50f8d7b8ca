/// The environment of one `llama-server`: what an engine needs of droverd's own, our marks, and its key.
enum LlamaServerEnvironment {
  /// Names of the marks by which a process is recognised.
  static let stateMark = "DROVER_STATE"
  static let launchMark = "DROVER_LAUNCH"

  private static let names: Set<String> = [
    "PATH", "HOME", "LANG", "TZ", "TMPDIR", "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH",
  ]
  private static let prefixes = ["LC_", "GGML_"]

  /// Sorted `KEY=VALUE`. Everything else stays out: secrets of droverd, `LLAMA_ARG_*`, which would change the command
  /// line, and `LLAMA_SERVER_ROUTER_PORT`, with which the server ends as soon as its stdin does.
  static func make(
    inherited: [String: String], stateID: String, launchID: String, key: String?
  ) -> [String] {
    var environment = inherited.filter { entry in
      names.contains(entry.key) || prefixes.contains { entry.key.hasPrefix($0) }
    }
    environment[stateMark] = stateID
    environment[launchMark] = launchID
    if let key { environment["LLAMA_API_KEY"] = key }
    return environment.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
