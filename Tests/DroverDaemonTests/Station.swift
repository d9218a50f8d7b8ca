import DroverCore
import DroverManifests
import DroverSystem
import DroverTestKit
import Glibc
import Testing

/// A folder with manifests, state and status, and a droverd that works on them. Everything that was started in it ends
/// with it.
final class Station {
  let equipment: Equipment
  let folder: String
  let port = TestPorts.take().lowerBound
  /// The ports of this station's engines begin here.
  let enginePorts = TestPorts.take(20).lowerBound
  private(set) var droverd: ProcessHandle?
  private var starts = 0

  var manifests: String { folder + "/manifests" }
  var state: String { folder + "/state" }
  var status: String { folder + "/status" }

  init() throws {
    equipment = try Equipment.find()
    folder = "/tmp/drover-e2e-\(getpid())-\(UInt32.random(in: .min ... .max))"
    try Directory.create(manifests)
    try Directory.create(folder + "/models")
    for name in ["tiny.gguf", "tiny-b.gguf", "tiny-embedding.gguf"] {
      try #require(symlink(equipment.models + "/" + name, folder + "/models/" + name) == 0)
    }
    try put(
      "host.yaml",
      """
      apiVersion: drover.dev/v1alpha1
      kind: HostPolicy
      node: station
      runtimes: {llama-server: {path: \(equipment.engine)}}
      modelDirectories: [models, \(equipment.models)]

      """, mode: 0o600)
  }

  deinit {
    _ = try? droverd?.signal(SIGKILL)
    for engine in engines { kill(engine, SIGKILL) }
    Station.remove(folder)
  }

  private static func remove(_ path: String) {
    for entry in (try? Directory.list(path)) ?? [] {
      let child = path + "/" + entry.name
      if entry.kind == .directory { remove(child) } else { unlink(child) }
    }
    rmdir(path)
  }
}

// MARK: droverd

extension Station {
  /// What every run is told.
  var arguments: [String] {
    [
      "--manifests", manifests, "--state", state, "--status", status, "--host-policy", folder + "/host.yaml",
      "--listen", "127.0.0.1:\(port)",
    ]
  }

  /// The log of the run in progress, or of the last one.
  var logPath: String { folder + "/droverd-\(starts).log" }
  var log: String { Command.text(of: logPath) }

  /// `launcher` is a program with arguments that becomes the program named by the arguments after its own.
  func start(
    _ extra: [String] = [], environment: [String] = [], launcher: [String] = [], program: String? = nil
  ) throws {
    starts += 1
    let words = launcher + [program ?? equipment.droverd] + arguments + extra
    droverd = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: words[0], arguments: Array(words.dropFirst()),
        environment: ["PATH=/usr/bin:/bin", "HOME=/nonexistent"] + environment, logPath: logPath,
        workingDirectory: folder))
  }

  /// Sends a signal and waits for the end.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) async throws -> DroverSystem.ExitStatus {
    let running = try #require(droverd)
    try running.signal(signal)
    let status = try await running.exit()
    droverd = nil
    return status
  }

  func drover(_ arguments: String...) async throws -> Command {
    try await Command.run(equipment.drover, arguments, in: folder)
  }

  /// Processes with the mark of this state folder, whether droverd knows them or not.
  var engines: [Int32] {
    let id = Command.text(of: state + "/id")
    guard !id.isEmpty else { return [] }
    return ProcFS.processes(withEnvironment: "DROVER_STATE", value: id).filter { ProcFS.state($0) != .zombie }.sorted()
  }
}

// MARK: Files

extension Station {
  func put(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
    try Directory.create(Directory.parent(of: folder + "/" + path))
    try AtomicFile.write(folder + "/" + path, Array(text.utf8), mode: mode, durability: .none)
  }

  func edit(_ name: String, _ text: String) throws { try put("manifests/" + name, text) }
  func delete(_ name: String) { unlink(manifests + "/" + name) }

  func provider(limit: String = "2GiB", runtime: String = "llama-server") -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: local}
    spec:
      type: llama.cpp
      mode: Managed
      managed:
        runtime: \(runtime)
        ports: {from: \(enginePorts), to: \(enginePorts + 19)}
        pools: {host: {limit: \(limit)}}
      health: {interval: 500ms}
      timeouts: {drain: 5s}

    """
  }

  func model(
    _ name: String, file: String = "tiny.gguf", context: Int = 256, labels: String = "", embedding: Bool = false,
    state: String = "Loaded"
  ) -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: \(name), labels: {\(labels)}}
    spec:
      provider: local
      desiredState: \(state)
      llamaCpp: {file: \(file), embedding: \(embedding), context: {perRequest: \(context), slots: 1}}

    """
  }

  /// The status file of an object, as another program reads it.
  func statusFile(_ name: String) throws -> FieldValue? {
    guard let identity = Identity(argument: name) else { return nil }
    let path = identity.kind == .fleet ? "/fleet.yaml" : "/\(identity.kind.plural)/\(identity.name).yaml"
    guard let bytes = try? FileReader.read(status + path, maxBytes: 1 << 20) else { return nil }
    return try StatusDocument.parse(bytes, file: path).first
  }
}

// MARK: What is seen

extension Station {
  func get(_ path: String) -> PlainHTTP.Reply? { PlainHTTP.send("GET", port: port, path) }

  func object(_ name: String) -> FieldValue? {
    guard let identity = Identity(argument: name) else { return nil }
    let reply = get("/api/v1/resources/\(identity.kind.plural)/\(identity.name)")
    return reply?.status == 200 ? reply?.json : nil
  }

  /// Status and reason of a condition in the status file, `True Loaded`; `-` without it.
  func condition(_ name: String, _ type: String = "Ready") -> String {
    guard
      let found = (try? statusFile(name))?[path: ["status", "conditions"]]?.list?.map(\.value)
        .first(where: { $0["type"]?.string == type })
    else { return "-" }
    return "\(found["status"]?.string ?? "") \(found["reason"]?.string ?? "")"
  }

  func message(_ name: String, _ type: String = "Ready") -> String {
    (try? statusFile(name))?[path: ["status", "conditions"]]?.list?.map(\.value)
      .first { $0["type"]?.string == type }?["message"]?.string ?? ""
  }

  func generation(_ name: String) -> Int64? { (try? statusFile(name))?[path: ["metadata", "generation"]]?.integer }

  func pid(_ model: String) -> Int32? {
    (try? statusFile("model/" + model))?[path: ["status", "process", "pid"]]?.integer.map { Int32($0) }
  }

  func enginePort(_ model: String) -> Int? {
    (try? statusFile("model/" + model))?[path: ["status", "process", "port"]]?.integer.map { Int($0) }
  }

  /// Whether the model is Ready at its newest generation, by its status file.
  func isReady(_ name: String) -> Bool { condition(name).hasPrefix("True") }

  var events: [FieldValue] {
    Command.text(of: status + "/events.jsonl").split(separator: "\n").compactMap { try? JSONReader.read(String($0)) }
  }

  /// Looks whenever droverd says that something changed, until `condition` holds. Fails at once where droverd has ended;
  /// the limit is for tests that fail otherwise.
  func until(
    within limit: Duration = .seconds(300), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
  ) async throws {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < limit {
      if try await condition() { return }
      if let status = droverd?.exitStatus() {
        try #require(
          Bool(false), "droverd ended with \(status) and said:\n\(lastWords)", sourceLocation: sourceLocation)
      }
      let version = get("/version").flatMap { _ in get("/api/v1/changes?after=0&timeoutMs=1")?.json?["version"]?.integer
      }
      if let version {
        _ = get("/api/v1/changes?after=\(version)&timeoutMs=50")
      } else {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
    try #require(Bool(false), "not within \(limit); droverd said:\n\(lastWords)", sourceLocation: sourceLocation)
  }

  private var lastWords: String { log.split(separator: "\n").suffix(15).joined(separator: "\n") }

  /// What `drover diff` says that a folder would do: `reload a`.
  func foretold(of folder: String = "manifests") async throws -> [String] {
    let diff = try await drover("diff", "-f", folder, "-o", "json")
    try #require(diff.status != 2, "\(diff.errors)")
    let report = try JSONReader.read(diff.output)
    return (report["changes"]?.list ?? []).map { change in
      let object = change.value["object"]
      return "\(change.value["step"]?.string ?? "") \(object?["name"]?.string ?? "")"
    }
  }

  /// What the chat of a model answers to one prompt: the HTTP status.
  func chat(_ model: String, key: String? = nil) throws -> Int {
    let port = try #require(enginePort(model))
    return Station.chat(port: port, key: try key ?? engineKey())
  }

  /// What chats of models answer that are asked at once.
  func chats(_ models: String...) async throws -> [Int] {
    let key = try engineKey()
    let ports = try models.map { try #require(enginePort($0)) }
    return await withTaskGroup(of: Int.self) { group in
      for port in ports { group.addTask { Station.chat(port: port, key: key) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func engineKey() throws -> String {
    String(decoding: try FileReader.read(state + "/engine.key", maxBytes: 1024), as: UTF8.self)
      .filter { !$0.isWhitespace }
  }

  private static func chat(port: Int, key: String) -> Int {
    PlainHTTP.send(
      "POST", port: port, "/v1/chat/completions",
      headers: ["Authorization": "Bearer " + key, "Content-Type": "application/json"],
      body: #"{"model": "m", "max_tokens": 2, "messages": [{"role": "user", "content": "Hi"}]}"#)?.status ?? 0
  }
}
