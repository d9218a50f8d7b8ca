package import ArgumentParser
import DroverCore
import DroverSystem

/// `droverd`: reconciles a fleet of models with its manifests.
package struct DaemonCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "droverd",
    abstract: "Reconciles a fleet of AI models with its manifests.",
    discussion: """
      Every option can be given by an environment variable too: DROVER_MANIFESTS (separated by ':'), DROVER_STATUS,
      DROVER_STATE, DROVER_HOST_POLICY, DROVER_PRICE_CATALOGUE, DROVER_LISTEN, DROVER_GATEWAY, DROVER_LOG_FORMAT. Options win over variables.

      SIGTERM leaves the models running and the next droverd adopts them; SIGINT stops them; SIGHUP reads all manifests
      again. A listening TCP socket that the service manager passes (LISTEN_FDS) takes the place of --listen, one that is
      named 'gateway' that of --gateway, a unix socket that of droverd.sock in the folder of the state.

      The gateway takes the requests of OpenAI's and Anthropic's clients. On loopback it asks for no key until the first
      AccessKey was accepted, and never does without one again. Where a Budget or a RateLimit covers a request, it
      refuses it.
      """,
    version: "droverd \(droverVersion)")

  @Option(name: .long, parsing: .upToNextOption, help: "Folders of manifests (default: ./manifests).")
  var manifests: [String] = []

  @Option(name: .long, help: "Folder that status files are written to (default: ./status).")
  var status: String?

  @Option(name: .long, help: "Folder of the durable state (default: ./state).")
  var state: String?

  @Option(name: .long, help: "File that says what manifests may reach on this host.")
  var hostPolicy: String?

  @Option(
    name: .long,
    help: "Prices of public models, as 'drover import' writes them (default: those that ship with droverd).")
  var priceCatalogue: String?

  @Option(name: .long, help: "Address of the control API (default: 127.0.0.1:3001).")
  var listen: String?

  @Flag(name: .long, help: "Listen on other addresses than loopback although requests are not authenticated.")
  var allowUnauthenticatedRemote = false

  @Option(name: .long, help: "Address of the gateway, such as 127.0.0.1:4000 (default: there is none).")
  var gateway: String?

  @Flag(name: .long, help: "Reconcile until everything agrees (exit 0) or nothing more can be done (exit 1).")
  var once = false

  @Option(name: .long, help: "text or json (default: text on a terminal, else json).")
  var logFormat: String?

  @Option(name: .long, help: "trace, debug, info, notice, warning or error (default: info).")
  var logLevel: String?

  package init() {}

  package func run() async throws {
    let hasConverged: Bool
    do throws(DaemonError) {
      var environment = ProcessEnvironment.current
      let sockets = try daemonError { () throws(SystemError) in try ServiceSocket.take(from: &environment) }
      let settings = try DaemonSettings.resolve(self, environment: environment, sockets: sockets)
      hasConverged = try await Daemon(settings).run()
    } catch {
      StandardError.write("error: \(error.message)\n")
      throw ExitCode(1)
    }
    if !hasConverged { throw ExitCode(1) }
  }
}

/// Why droverd cannot start or go on: one sentence for people.
struct DaemonError: Error {
  var message: String

  init(_ message: String) { self.message = message }
}
