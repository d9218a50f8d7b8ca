package import ArgumentParser
import DroverCore
import DroverManifests
import DroverSystem

package struct ImportCommand: FleetCommand {
  package static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make manifests, or a price catalogue, of somebody else's list.",
    discussion: """
      models-config    a models-config.json, or a registry's export: DIR/providers.yaml and DIR/models.yaml
      hardcoded        a map of names to models as programs hold it; the names become aliases
      litellm          a LiteLLM proxy's config.yaml: those two files, and DIR/routes.yaml for names of several models
      llama-swap       llama-swap's config.yaml: those two files, and DIR/sets.yaml for what is loaded one at a time
      litellm-prices   LiteLLM's model_prices_and_context_window.json: DIR/prices.json
      models-dev       api.json of models.dev: DIR/prices.json

      'droverd --price-catalogue FILE' takes prices.json instead of the figures that ship with it. Prices are read from
      the text, never through binary fractions. What could not be taken over is said on standard error.

      Examples:
        drover import models-config config/models-config.json -o manifests
        drover import models-config export.json --default-cost 0.01,0.03,USD,1000 -o manifests
        drover import llama-swap config.yaml -o manifests
        drover import litellm-prices model_prices_and_context_window.json -o /etc/drover
      """)

  @Argument(help: ArgumentHelp("What the file is, as above.", valueName: "from"))
  var from: ImportSource

  @Argument(help: ArgumentHelp("The list.", valueName: "file"), completion: .file(extensions: ["json", "yaml", "yml"]))
  var file: String

  @Option(
    name: [.short, .customLong("output")], help: ArgumentHelp("The folder to write to.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    help: ArgumentHelp(
      "For models-config and hardcoded: the cost of models that have none, and that no catalogue knows.",
      valueName: "input,output[,currency[,per]]"))
  var defaultCost: String?

  @Option(
    help: ArgumentHelp(
      "For models-config and hardcoded: the limits of models that have none.",
      valueName: "requests,tokens[,requests-a-day]"))
  var defaultRateLimit: String?

  package init() {}

  package func validate() throws {
    if let defaultCost, ImportDefaults.cost(defaultCost) == nil {
      throw ValidationError(
        "--default-cost \(defaultCost): must be INPUT,OUTPUT[,CURRENCY[,PER]], such as 0.01,0.03,USD,1000")
    }
    if let defaultRateLimit, ImportDefaults.rateLimit(defaultRateLimit) == nil {
      throw ValidationError(
        "--default-rate-limit \(defaultRateLimit): must be the requests and the tokens of a minute, such as 500,100000")
    }
    let takesDefaults = from == .modelsConfig || from == .hardcoded
    if !takesDefaults, defaultCost != nil || defaultRateLimit != nil {
      throw ValidationError("--default-cost and --default-rate-limit are for models-config and hardcoded")
    }
  }

  private static let limit = 256 << 20

  package func run(in console: Console) async throws -> Int32 {
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try FileReader.read(file, maxBytes: Self.limit) } catch {
      throw CLIError("\(error)")
    }
    let defaults = ImportDefaults(
      cost: defaultCost.flatMap(ImportDefaults.cost), rateLimit: defaultRateLimit.flatMap(ImportDefaults.rateLimit))
    let today = String(console.now().description.prefix(10))
    do throws(PriceImport.Failure) {
      switch from {
      case .liteLLMPrices: return try write(try LiteLLMPrices.read(bytes, today: today), console)
      case .modelsDev: return try write(try ModelsDevPrices.read(bytes, today: today), console)
      case .modelsConfig: return try write(try ModelsConfigImport.read(bytes, defaults: defaults), console)
      case .hardcoded: return try write(try ModelsConfigImport.readHardcoded(bytes, defaults: defaults), console)
      case .liteLLM: return try write(try LiteLLMConfig.read(bytes, file: file), console)
      case .llamaSwap: return try write(try LlamaSwapConfig.read(bytes, file: file), console)
      }
    } catch {
      throw CLIError("\(file): \(error)")
    }
  }

  private func write(_ found: PriceImport, _ console: Console) throws(PriceImport.Failure) -> Int32 {
    let path = output + "/prices.json"
    try put([(path, found.catalogue.text)])
    for note in found.notes { console.note(TerminalText.escaped(note)) }
    if found.foreign > 0 { console.note("\(found.foreign) models of other providers were left out") }
    let priced = found.catalogue.entries.count { $0.cost != nil }
    console.write(
      "\(TerminalText.escaped(path)): \(found.catalogue.entries.count) models, \(priced) with a price, of "
        + "\(found.catalogue.date)\n")
    return 0
  }

  /// Writes over nothing: what is there may be manifests that somebody edited.
  private func write(_ found: ModelsConfigImport, _ console: Console) throws(PriceImport.Failure) -> Int32 {
    let files = [
      ("providers", found.providers), ("models", found.models), ("routes", found.routes), ("sets", found.sets),
    ].filter { !$0.1.isEmpty }.map { (output + "/\($0.0).yaml", ModelsConfigImport.text(of: $0.1)) }
    for (path, _) in files where (try? FileStat(path)) != nil {
      throw PriceImport.Failure(description: "\(path) is there already; choose another folder")
    }
    try put(files)
    for note in found.notes { console.note(TerminalText.escaped(note)) }
    let (models, providers) = (found.models.count, found.providers.count)
    console.write(
      "\(TerminalText.escaped(output)): \(models) model\(models == 1 ? "" : "s") of "
        + "\(providers) provider\(providers == 1 ? "" : "s"); check with 'drover validate -f \(output)'\n")
    return 0
  }

  private func put(_ files: [(path: String, text: String)]) throws(PriceImport.Failure) {
    do throws(SystemError) {
      try Directory.create(output, mode: 0o755)
      for file in files {
        try AtomicFile.write(file.path, Array(file.text.utf8), mode: 0o644, durability: .full)
      }
    } catch {
      throw PriceImport.Failure(description: "\(error)")
    }
  }
}

/// Whose list is read.
package enum ImportSource: String, ExpressibleByArgument, CaseIterable, Sendable {
  case modelsConfig = "models-config"
  case hardcoded
  case liteLLM = "litellm"
  case llamaSwap = "llama-swap"
  case liteLLMPrices = "litellm-prices"
  case modelsDev = "models-dev"
}
