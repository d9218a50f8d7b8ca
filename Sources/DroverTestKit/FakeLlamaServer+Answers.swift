import DroverCore
import Synchronization

/// Replies as build 11434 of the genuine server gives them.
extension FakeLlamaServer {
  func answer(_ request: FakeHTTPServer.Request) -> FakeHTTPServer.Answer {
    state.withLock { state in
      let query = request.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
      state.calls.append("\(request.method) \(request.path)" + (query.isEmpty ? "" : "?" + query))
      let fault = state.script.fault ?? (request.method == "POST" ? state.script.postFault : nil)
      if request.path == "/models/sse", fault == nil { return events(&state, request) }
      let proper = reply(to: request, &state)
      switch fault {
      case nil: return proper
      case .slow(let delay): return .late(delay, proper)
      case .hang: return .hang
      case .reset: return .close
      case .garbage: return .reply(body: FakeReply.garbage)
      case .page: return .reply(type: "text/html", body: FakeReply.garbage)
      case .refusal(let status, let headers, let body):
        return .reply(status: status, headers: headers, body: Array(body.utf8))
      case .redirect(let target): return .reply(status: 307, headers: ["Location": target], body: [])
      case .status(let status, let retryAfter):
        return .reply(
          status: status, headers: retryAfter.map { ["Retry-After": $0] } ?? [:],
          body: FakeReply.error(status, "scripted failure"))
      }
    }
  }

  private func events(_ state: inout State, _ request: FakeHTTPServer.Request) -> FakeHTTPServer.Answer {
    guard state.script.isRouter, state.script.hasEvents else { return Self.error(404, "File Not Found") }
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    state.listeners.append(continuation)
    return .events(stream)
  }

  private func reply(to request: FakeHTTPServer.Request, _ state: inout State) -> FakeHTTPServer.Answer {
    if request.path == "/health" {
      return state.script.isLoading ? Self.loading : Self.json(.object(["status": .string("ok")]))
    }
    if let token = state.script.token, request.headers["authorization"] != "Bearer " + token {
      return Self.error(401, "Invalid API Key", type: "authentication_error")
    }
    if state.script.isLoading { return Self.loading }
    switch (request.method, request.path) {
    case ("GET", "/v1/models"), ("GET", "/models"): return listing(&state)
    case ("GET", "/props"): return props(state.script, request)
    case ("GET", "/slots"):
      return model(state.script, request.query["model"]) { Self.json(Self.slots(of: $0)) }
    case ("POST", "/models/load") where state.script.isRouter: return load(request, &state)
    case ("POST", "/models/unload") where state.script.isRouter: return unload(request, &state)
    case ("POST", "/v1/chat/completions"), ("POST", "/v1/completions"), ("POST", "/v1/embeddings"):
      return infer(request, state.script)
    default: return Self.error(404, "File Not Found", type: "not_found_error")
    }
  }

  /// The model that a request means, as far as it is loaded.
  private func model(
    _ script: Script, _ name: String?, _ body: (Model) -> FakeHTTPServer.Answer
  ) -> FakeHTTPServer.Answer {
    guard script.isRouter else { return script.models.first.map(body) ?? Self.error(500, "no model") }
    guard let model = script.models.first(where: { $0.id == name || $0.aliases.contains(name ?? "") }) else {
      return Self.error(400, "model '\(name ?? "")' not found")
    }
    guard model.status == "loaded" || model.status == "sleeping" else {
      return Self.error(400, "model is not loaded")
    }
    return body(model)
  }

  private func infer(_ request: FakeHTTPServer.Request, _ script: Script) -> FakeHTTPServer.Answer {
    let body = try? JSONReader.read(request.body)
    return model(script, body?["model"]?.string) { model in
      switch request.path {
      case "/v1/chat/completions": return .reply(body: FakeReply.chat)
      case "/v1/completions": return .reply(body: FakeReply.completion)
      default:
        guard model.servesEmbeddings else {
          return Self.error(
            501, "This server does not support embeddings. Start it with `--embeddings`", type: "not_supported_error")
        }
        guard body?["input"] != nil else { return Self.error(400, "\"input\" or \"content\" must be provided") }
        return .reply(body: FakeReply.embedding)
      }
    }
  }

  private func load(_ request: FakeHTTPServer.Request, _ state: inout State) -> FakeHTTPServer.Answer {
    let name = (try? JSONReader.read(request.body))?["model"]?.string
    guard let index = state.script.models.firstIndex(where: { $0.id == name }) else {
      return Self.error(404, "File Not Found", type: "not_found_error")
    }
    guard ["unloaded", "downloaded"].contains(state.script.models[index].status) else {
      return Self.error(400, "model is already running")
    }
    state.script.models[index].status = "loading"
    state.script.models[index].hasFailed = false
    state.script.models[index].exitCode = nil
    state.tell(state.script.models[index])
    return Self.json(.object(["success": .bool(true)]))
  }

  private func unload(_ request: FakeHTTPServer.Request, _ state: inout State) -> FakeHTTPServer.Answer {
    let name = (try? JSONReader.read(request.body))?["model"]?.string
    guard let index = state.script.models.firstIndex(where: { $0.id == name }) else {
      return Self.error(400, "model is not found")
    }
    guard state.script.models[index].status != "unloaded" else { return Self.error(400, "model is not running") }
    // A load that is called off ends in a kill.
    state.script.models[index].hasFailed = state.script.models[index].status == "loading"
    state.script.models[index].exitCode = state.script.models[index].hasFailed ? 1 : nil
    if state.script.models[index].listingsToUnload > 0 {
      state.script.models[index].isEnding = true
    } else {
      state.script.models[index].status = "unloaded"
      state.tell(state.script.models[index])
    }
    return Self.json(.object(["success": .bool(true)]))
  }

  /// Loads and unloads go on with each look.
  private func listing(_ state: inout State) -> FakeHTTPServer.Answer {
    let answer = Self.json(
      .object(["data": .array(state.script.models.map { Self.entry($0, state.script) }), "object": .string("list")]))
    for index in state.script.models.indices where state.script.models[index].isEnding {
      state.script.models[index].listingsToUnload -= 1
      guard state.script.models[index].listingsToUnload <= 0 else { continue }
      state.script.models[index].isEnding = false
      state.script.models[index].status = "unloaded"
      state.tell(state.script.models[index])
    }
    for index in state.script.models.indices where state.script.models[index].status == "loading" {
      guard let left = state.script.models[index].listingsToLoad else { continue }
      state.script.models[index].listingsToLoad = max(0, left - 1)
      guard left <= 1 else { continue }
      let fails = state.script.models[index].fails
      state.script.models[index].status = fails ? "unloaded" : "loaded"
      state.script.models[index].hasFailed = fails
      state.script.models[index].exitCode = fails ? 1 : nil
      state.tell(state.script.models[index])
    }
    return answer
  }
}
