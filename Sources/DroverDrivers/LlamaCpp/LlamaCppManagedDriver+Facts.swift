package import DroverCore
import DroverSystem
import DroverWire
import Glibc

extension LlamaCppManagedDriver {
  package func facts(of target: ModelTarget) async -> ModelFacts {
    do throws(DriverError) {
      let file = try await servedFile(of: target)
      let engine = target.model.llamaCpp
      return ModelFacts(
        reloadHash: target.reloadHash, memory: try await memory(of: target.model, file),
        capabilities: try await files.metadata(of: file)
          .capabilities(servesEmbeddings: engine.embedding, flags: engine.flags))
    } catch {
      return ModelFacts(reloadHash: target.reloadHash, problem: ModelFacts.Problem(error.reason, error.message))
    }
  }

  /// The runtime that a provider names, as far as it can be run.
  func runtime(of provider: ProviderSpec) throws(DriverError) -> HostPolicy.Runtime {
    let runtimes = settings.policy.runtimes
    guard let runtime = runtimes.first(where: { $0.name == provider.runtime }) else {
      let hint = Suggestion.phrase(for: provider.runtime, among: runtimes.map(\.name))
      throw .notPermitted(
        "provider '\(provider.name)' names runtime '\(provider.runtime)', which the host policy does not have"
          + (hint.isEmpty ? "; add it under runtimes" : hint))
    }
    guard access(runtime.path, X_OK) == 0 else {
      let cause = errno == ENOENT ? "there is no \(runtime.path)" : "\(runtime.path) cannot be executed"
      throw .notPermitted("runtime '\(runtime.name)': \(cause); install llama-server, or correct its path")
    }
    return runtime
  }

  /// The model file after every check that needs no engine: flags, place, digest, completeness.
  func checkedFile(of target: ModelTarget) async throws(DriverError) -> ModelFile {
    let runtime = try runtime(of: target.provider)
    let engine = target.model.llamaCpp
    if let objection = LlamaServerArguments.objection(to: engine.flags, runtime: runtime) {
      throw .notPermitted(objection)
    }
    guard let name = engine.file else {
      throw .notPermitted("model '\(target.model.name)' names no file; give llamaCpp.file")
    }
    let file = try ModelFile.find(name, in: settings.policy.modelDirectories)
    let metadata = try await files.metadata(of: file)
    if metadata.fileSize < metadata.expectedFileSize {
      let size = ByteCount(file.stat.size).display
      let needed = ByteCount(Int64(clamping: metadata.expectedFileSize)).display
      throw .failed("\(name): \(size), header needs \(needed): truncated; copy it again")
    }
    if let difference = metadata.difference(from: engine, size: file.stat.size) {
      throw .failed("\(name) \(difference)")
    }
    if let wanted = engine.sha256?.lowercased() {
      let found = try await files.digest(of: file)
      guard found == wanted else {
        throw .failed("\(name) has the SHA-256 \(found), not \(wanted); copy it again, or correct llamaCpp.sha256")
      }
    }
    return file
  }

  private func memory(of model: ModelSpec, _ file: ModelFile) async throws(DriverError) -> [PoolAmount] {
    let declared = model.llamaCpp.requiredMemory
    if !declared.isEmpty { return declared.map { PoolAmount($0.name, $0.limit) } }
    let metadata = try await files.metadata(of: file)
    let parts = try file.parts(count: metadata.splitCount)
    let weights = parts.count > 1 ? ByteCount(parts.reduce(0) { $0 + $1.stat.size }) : nil
    let settings = MemoryEstimate.Settings(model, trainedContext: metadata.contextLength)
    let estimate = MemoryEstimate(of: metadata, settings, weights: weights).total
    return [PoolAmount("host", estimate.roundedUpToMebibytes)]
  }
}

extension GGUFMetadata {
  /// What a file is other than its manifest says, and what to do; nil where both agree as far as can be told.
  ///
  /// A size is compared to one percent: people write `5.73GB`. What a file is quantised to is compared where both are
  /// names of `llama.h`.
  func difference(from engine: ModelSpec.LlamaCpp, size: Int64) -> String? {
    // Of a split model this file is only a part.
    if let wanted = engine.fileSize, splitCount ?? 1 <= 1, abs(wanted.bytes - size) > wanted.bytes / 100 {
      return "has \(ByteCount(size).display), not \(wanted.display); copy it again, or correct llamaCpp.fileSize"
    }
    if let wanted = engine.quantization?.uppercased(), let found = quantization, found != wanted,
      GGUFMetadata.isQuantization(wanted)
    {
      return "is quantised to \(found), not \(wanted); copy the right file, or correct llamaCpp.quantization"
    }
    return nil
  }
}

extension ByteCount {
  /// An estimate is not exact to the byte, and whole MiB are what people can read.
  var roundedUpToMebibytes: ByteCount {
    let unit = ByteCount(1 << 20)
    let rest = ByteCount(bytes % unit.bytes)
    return rest == .zero ? self : self - rest + unit
  }
}
