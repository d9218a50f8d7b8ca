import DroverCore
import DroverWire

/// The calls of `llama-server` that the driver needs, at one child process.
///
/// Facts after llama.cpp's `tools/server`: HTTP is served before the model is loaded, and until then every route
/// answers 503; `/health` needs no key.
struct LlamaServerClient: Sendable {
  enum Health: Equatable {
    /// With what the server says of itself, where it was asked.
    case ready(LlamaProps?)
    case loading
    case failing(String)
  }

  let upstream: UpstreamClient
  let port: Int
  let key: String
  private static let probeTimeout: Duration = .seconds(2)

  private var base: String { "http://127.0.0.1:\(port)" }

  /// Asks whether it serves.
  func health() async -> Health {
    do throws(UpstreamFailure) {
      let reply = try await get("/health", key: nil)
      switch reply.status {
      case 200: return .ready(nil)
      case 503: return .loading
      default: return .failing("/health answers with status \(reply.status)")
      }
    } catch {
      return .failing(error.driverError(address: "127.0.0.1:\(port)", timeout: Self.probeTimeout).message)
    }
  }

  /// Asks who it is. Ready only where the server takes our key and serves `modelID`: until a child has bound its port,
  /// another program may answer there.
  func identity(modelID: String) async -> Health {
    do throws(UpstreamFailure) {
      let reply = try await get("/props", key: key)
      guard reply.status == 200, let props = LlamaProps(reply.body) else {
        return reply.status == 503 ? .loading : .failing("/props answers with status \(reply.status)")
      }
      if let alias = props.alias, alias != modelID {
        return .failing("another model, '\(alias)', is served on port \(port)")
      }
      return .ready(props)
    } catch {
      return .failing(error.driverError(address: "127.0.0.1:\(port)", timeout: Self.probeTimeout).message)
    }
  }

  enum Load: Equatable {
    /// The requests that it is serving.
    case requests(Int)
    /// Too busy to say: the answer comes between two batches of a prompt, and a batch may take long.
    case busy
    /// Not there, still loading, or without such an answer.
    case untold
  }

  func load() async -> Load {
    do throws(UpstreamFailure) {
      let reply = try await get("/slots", key: key)
      guard reply.status == 200, let slots = reply.json?.list else { return .untold }
      return .requests(slots.count { $0.value["is_processing"]?.bool == true })
    } catch {
      return error == .timedOut ? .busy : .untold
    }
  }

  /// Whether it answers and every slot is at work.
  func isFull() async -> Bool {
    guard let reply = try? await get("/slots", key: key), reply.status == 200, let slots = reply.json?.list else {
      return false
    }
    return !slots.isEmpty && slots.allSatisfy { $0.value["is_processing"]?.bool == true }
  }

  private func get(_ path: String, key: String?) async throws(UpstreamFailure) -> UpstreamClient.Reply {
    try await upstream.call(UpstreamClient.Request(url: base + path, token: key, timeout: Self.probeTimeout))
  }
}
