// swift-tools-version:6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
  static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
  static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
  static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
  static let lifecycleSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
  static let logging = product(name: "Logging", package: "swift-log")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
  static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
}

/// One library target of Drover: every arrow it may follow stands in `dependencies`, and
/// `--explicit-target-dependency-import-check error` holds it to them.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
  name: "drover",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "drover", targets: ["drover"]),
    .executable(name: "droverd", targets: ["droverd"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "CDrover"),
    library("DroverCore"),
    library("DroverPlanning", ["DroverCore"]),
    library("DroverAdmission", ["DroverCore"]),
    library("DroverRegistry", ["DroverCore"]),
    library("DroverYAML", ["CLibYAML"]),
    library("DroverManifests", ["DroverCore", "DroverYAML", .crypto]),
    library("DroverHTTP"),
    library("DroverWire", ["DroverCore", "DroverHTTP"]),
    library("DroverSystem", ["DroverCore", "CDrover", .crypto]),
    library("DroverJournal", ["DroverCore", "CDrover"]),
    library("DroverStore", ["DroverCore", .grdb]),
    library(
      "DroverDrivers",
      [
        "DroverCore", "DroverWire", "DroverSystem", .asyncHTTPClient, .crypto, .nioCore, .nioHTTP1, .nioPosix,
      ]),
    library("DroverTestKit", ["DroverCore", .nioCore, .nioHTTP1, .nioPosix]),
    library(
      "DroverController",
      ["DroverCore", "DroverPlanning", "DroverManifests", "DroverYAML", .logging, .lifecycle]),
    library(
      "DroverAPI",
      [
        "DroverCore", "DroverPlanning", "DroverRegistry", "DroverManifests", .hummingbird, .hummingbirdCore,
        .httpTypes, .nioCore, .nioPosix, .logging, .lifecycle,
      ]),
    library(
      "DroverGateway",
      [
        "DroverCore", "DroverAdmission", "DroverHTTP", "DroverWire", "DroverJournal", .crypto, .nioCore, .nioPosix,
        .nioSSL, .lifecycle,
      ]),
    library(
      "DroverDaemon",
      [
        "DroverCore", "DroverPlanning", "DroverAdmission", "DroverManifests", "DroverYAML", "DroverWire",
        "DroverSystem", "DroverJournal", "DroverStore", "DroverDrivers", "DroverController", "DroverAPI",
        "DroverGateway", .argumentParser, .asyncHTTPClient, .hummingbird, .logging, .lifecycle, .lifecycleSignals,
        .nioCore, .nioPosix,
      ]),
    library(
      "DroverCLI",
      [
        "DroverCore", "DroverPlanning", "DroverManifests", "DroverYAML", "DroverHTTP", "DroverWire", "DroverSystem",
        .argumentParser,
      ]),
    .executableTarget(name: "droverd", dependencies: ["DroverDaemon"], swiftSettings: swiftSettings),
    .executableTarget(name: "drover", dependencies: ["DroverCLI"], swiftSettings: swiftSettings),
    .executableTarget(
      name: "AdmissionBenchmark", dependencies: ["DroverAdmission", "DroverCore"],
      path: "Tests/Benchmarks/AdmissionBenchmark", swiftSettings: swiftSettings),
    .executableTarget(
      name: "LedgerBenchmark", dependencies: ["DroverCore", "DroverJournal", "DroverStore"],
      path: "Tests/Benchmarks/LedgerBenchmark", swiftSettings: swiftSettings),
    tests("ArchitectureTests", []),
    tests("DroverAdmissionTests", ["DroverAdmission", "DroverCore", "DroverTestKit"]),
    tests("DroverAPITests", ["DroverAPI", "DroverCore", "DroverManifests", .lifecycle, .logging]),
    tests(
      "DroverCLITests",
      [
        "DroverCLI", "DroverCore", "DroverHTTP", "DroverManifests", "DroverPlanning", "DroverSystem", "DroverTestKit",
        .argumentParser,
      ],
      exclude: ["Fixtures", "Goldens"]),
    tests(
      "DroverControllerTests",
      ["DroverController", "DroverCore", "DroverManifests", "DroverPlanning", "DroverTestKit", .logging]),
    tests("DroverCoreTests", ["DroverCore", "DroverTestKit"]),
    tests("DroverDaemonTests", ["DroverCore", "DroverManifests", "DroverSystem", "DroverTestKit"]),
    tests(
      "DroverDriversTests",
      [
        "DroverDrivers", "DroverTestKit", "DroverCore", "DroverSystem", "DroverWire", .asyncHTTPClient, .nioCore,
        .nioHTTP1,
      ]),
    tests(
      "DroverGatewayTests",
      [
        "DroverGateway", "DroverAdmission", "DroverCore", "DroverHTTP", "DroverJournal", "DroverTestKit", "DroverWire",
        .lifecycle, .logging, .nioCore, .nioPosix,
      ]),
    tests("DroverHTTPTests", ["DroverHTTP", "DroverTestKit", .nioCore, .nioEmbedded, .nioHTTP1]),
    tests("DroverJournalTests", ["CDrover", "DroverCore", "DroverJournal", "DroverTestKit"]),
    tests("DroverManifestsTests", ["DroverManifests", "DroverCore", "DroverSystem", "DroverTestKit", "DroverYAML"]),
    tests("DroverPlanningTests", ["DroverPlanning", "DroverCore", "DroverTestKit"]),
    tests("DroverRegistryTests", ["DroverRegistry", "DroverCore"]),
    tests(
      "DroverStoreTests",
      ["DroverStore", "DroverCore", "DroverJournal", "DroverSystem", "DroverTestKit", .grdb]),
    tests("DroverSystemTests", ["DroverSystem", "DroverCore"]),
    tests("DroverWatchTests", ["DroverSystem", "DroverManifests", "DroverCore", "DroverTestKit"]),
    tests("DroverWireTests", ["DroverWire", "DroverCore", "DroverHTTP", "DroverTestKit"]),
    tests("DroverYAMLTests", ["DroverTestKit", "DroverYAML"]),
  ]
)
