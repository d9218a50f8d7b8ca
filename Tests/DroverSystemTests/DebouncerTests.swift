import DroverSystem
import Testing

/// One thing that happens to a debouncer, with what it must answer. Times are milliseconds.
enum DebouncerStep: Sendable {
  case change(Int64)
  case deadline(Int64?)
  case fires(Int64, Bool)
}

@Suite struct `The debouncer` {
  static let scripts: [[DebouncerStep]] = [
    // Nothing changed.
    [.deadline(nil), .fires(0, false), .fires(1_000_000, false)],
    // One change.
    [.change(100), .deadline(150), .fires(149, false), .fires(150, true), .deadline(nil), .fires(151, false)],
    // Each change starts the quiet time anew.
    [.change(0), .change(40), .change(80), .deadline(130), .fires(100, false), .fires(130, true)],
    // A steady stream is cut after a second.
    [.change(0)] + stride(from: Int64(25), through: 1000, by: 25).map { .change($0) } + [
      .deadline(1000), .fires(999, false), .fires(1000, true), .change(1025), .deadline(1075),
    ],
    // Acting late is acting once.
    [.change(0), .fires(5000, true), .fires(5000, false), .change(5001), .deadline(5051)],
    // A change told late does not move the deadline back.
    [.change(100), .change(90), .deadline(150)],
    // The clock's zero is no special time, and neither are times before it.
    [.change(-10), .deadline(40), .change(0), .deadline(50), .fires(50, true)],
  ]

  @Test(arguments: scripts.indices) func `follows its scripts`(_ index: Int) {
    var debouncer = Debouncer(quiet: .milliseconds(50), longest: .seconds(1))
    for (number, step) in Self.scripts[index].enumerated() {
      switch step {
      case .change(let time): debouncer.changed(at: time * 1_000_000)
      case .deadline(let time): #expect(debouncer.deadline == time.map { $0 * 1_000_000 }, "step \(number)")
      case .fires(let time, let fires): #expect(debouncer.fired(at: time * 1_000_000) == fires, "step \(number)")
      }
    }
  }
}
