package import ArgumentParser
import DroverCore
import DroverSystem

package struct AskCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Ask a model of this host one prompt, and print its answer.",
    discussion: "An OnDemand model that is not loaded is loaded first.")

  @Argument(help: "Name, alias or key of the model.", completion: ObjectCompletion.models)
  var model: String

  @Argument(help: ArgumentHelp("The prompt; - reads it from standard input.", valueName: "prompt"))
  var prompt: [String]

  @Option(help: "At most this many tokens of answer.")
  var maxTokens = 512

  @Option(help: "How long the model may keep silent.")
  var timeout = "5m"

  @OptionGroup var connection: ConnectionOptions

  package init() {}

  package func validate() throws {
    if prompt.isEmpty { throw ValidationError("the prompt is missing: drover ask MODEL PROMPT") }
    if maxTokens < 1 { throw ValidationError("--max-tokens must be at least 1") }
  }

  package func run(in console: Console) async throws -> Int32 {
    guard let limit = Duration(manifestText: timeout) else {
      throw CLIError("--timeout '\(timeout)' is no duration; expected for example 30s or 10m")
    }
    let client = try connection.client(in: console)
    let object = try loaded(try client.existingModel(model), client, console)
    let model = object.name
    guard let text = object.text("status", "process", "port"), let port = Int(text) else {
      let state = object.text("status", "state") ?? "Unknown"
      throw CLIError(
        "model '\(model)' has no process on this host (state \(state)); see 'drover describe model/\(model)'")
    }
    let words =
      prompt == ["-"] ? String(decoding: try console.readInput(), as: UTF8.self) : prompt.joined(separator: " ")
    let server = ServerAddress.tcp(host: "127.0.0.1", port: port)
    let request = FleetRequest(
      "POST", "/v1/chat/completions", body: body(object, words), token: try key(of: client.address), timeout: limit)
    let reply: FleetReply
    do throws(CLIError) {
      reply = try console.connect(server).exchange(request)
    } catch {
      throw CLIError("model '\(model)' does not answer at \(server); see 'drover logs \(model)'")
    }
    let answer = try AskCommand.answer(in: reply, model)
    console.write((console.isTerminal ? TerminalText.escapedLines(answer) : answer) + "\n")
    return 0
  }

  /// An OnDemand model of this host is loaded by being asked; asking one that is loaded keeps it so for longer.
  private func loaded(_ object: FleetObject, _ client: FleetClient, _ console: Console) throws -> FleetObject {
    guard object.text("status", "desiredState") == DesiredState.onDemand.rawValue,
      object.value[path: ["spec", "llamaCpp", "file"]] != nil
    else { return object }
    return try LoadWait(client: client, console: console, limit: .seconds(900)).run(object, loaded: true, warmup: nil)
  }

  private func body(_ object: FleetObject, _ prompt: String) -> [UInt8] {
    let message = FieldValue.object(["role": .string("user"), "content": .string(prompt)])
    let value = FieldValue.object([
      "model": .string(object.text("spec", "modelID") ?? object.name), "messages": .array([message]),
      "max_tokens": .integer(Int64(maxTokens)), "stream": .bool(false),
    ])
    return Array(value.json.utf8)
  }

  /// The key that droverd gave its engines. It lies beside the socket, readable by the same user alone.
  private func key(of address: ServerAddress) throws(CLIError) -> String {
    guard case .unix(let socket) = address else {
      throw CLIError("'ask' needs the key beside droverd's socket; name the socket with --socket")
    }
    let path = Directory.parent(of: socket) + "/engine.key"
    do throws(SystemError) {
      let bytes = try FileReader.read(path, maxBytes: 4096)
      return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    } catch {
      throw CLIError("\(error); 'ask' runs on the machine and as the user of droverd")
    }
  }

  static func answer(in reply: FleetReply, _ model: String) throws(CLIError) -> String {
    let value = try? JSONReader.read(reply.body)
    guard reply.status == 200, let choices = value?["choices"]?.list else {
      let message = value?[path: ["error", "message"]]?.string ?? "status \(reply.status)"
      throw CLIError("model '\(model)' answered with an error: \(TerminalText.escaped(message))")
    }
    return choices.first?.value[path: ["message", "content"]]?.string ?? ""
  }
}
