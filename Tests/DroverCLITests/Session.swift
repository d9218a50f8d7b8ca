import DroverCLI
import DroverCore
import DroverSystem
import Testing

/// One `drover` in this process, with a fake droverd behind it.
final class Session {
  let fleet: FakeFleet
  let clock = FakeClock()
  var environment = ["DROVER_SOCKET": "state/droverd.sock", "TERM": "xterm"]
  var input = ""
  var isTerminal = false
  /// Nil: nothing listens.
  var isServerUp = true
  private(set) var output = ""
  private(set) var errors = ""
  private var word: UInt64 = 0

  init() throws {
    let bytes = try FileReader.read(Goldens.folder + "/Fixtures/fleet.json", maxBytes: 1 << 20)
    let value = try JSONReader.read(bytes)
    fleet = FakeFleet(
      objects: (value["items"]?.list ?? []).map(\.value), events: (value["events"]?.list ?? []).map(\.value),
      clock: clock)
  }

  /// Runs one command line; what it printed is in ``output`` and ``errors``.
  @discardableResult
  func run(_ arguments: String...) async -> Int32 {
    (output, errors) = ("", "")
    let console = Console(
      environment: environment, isTerminal: isTerminal,
      write: { self.output += $0 }, note: { self.errors += $0 + "\n" }, now: { self.clock.now },
      uptime: { self.clock.uptime }, random: chance, pause: pause, readInput: { Array(self.input.utf8) },
      connect: connect)
    return await DroverCLI.run(arguments, in: console)
  }

  /// The same in each run.
  private func chance() -> UInt64 {
    word &+= 0x9E37_79B9_7F4A_7C15
    return word
  }

  private func pause(_ duration: Duration) {
    clock.advance(by: duration)
    if !fleet.absence.isEmpty { fleet.absence.removeFirst()(fleet) }
  }

  private func connect(_ address: ServerAddress) -> any FleetTransport {
    if isServerUp { return fleet }
    return Unreachable(address: address)
  }

  /// Runs one command line and gives everything that it printed, as a terminal session would show it.
  func transcript(_ arguments: [String]) async -> String {
    (output, errors) = ("", "")
    var both = ""
    let console = Console(
      environment: environment, isTerminal: isTerminal,
      write: { both += $0 }, note: { both += $0 + "\n" }, now: { self.clock.now }, uptime: { self.clock.uptime },
      random: chance, pause: pause, readInput: { Array(self.input.utf8) },
      connect: connect)
    let status = await DroverCLI.run(arguments, in: console)
    let line = "$ drover " + arguments.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ") + "\n"
    return line + both + (status == 0 ? "" : "exit \(status)\n")
  }
}

/// A server that is not there.
struct Unreachable: FleetTransport {
  var address: ServerAddress

  func exchange(_ request: FleetRequest) throws(CLIError) -> FleetReply {
    throw CLIError("cannot reach droverd at \(address): connection refused")
  }
}

/// Files that hold what commands should print. With DROVER_RECORD_GOLDENS set, they are written anew.
enum Goldens {
  static var folder: String { Directory.parent(of: #filePath) }

  static func expect(_ text: String, _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
    let path = folder + "/Goldens/" + name + ".txt"
    if isRecording {
      try AtomicFile.write(path, Array(text.utf8), durability: .none)
      return
    }
    let golden = try? FileReader.read(path, maxBytes: 1 << 20)
    #expect(text == golden.map { String(decoding: $0, as: UTF8.self) }, sourceLocation: location)
  }

  private static var isRecording: Bool { Console.standard.environment["DROVER_RECORD_GOLDENS"] != nil }
}
