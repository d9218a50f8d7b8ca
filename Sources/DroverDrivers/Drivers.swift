package import AsyncHTTPClient
package import DroverCore

/// All drivers of this version. A new one is one more case of ``driver(for:)`` and one more element of ``all``.
package struct Drivers: DriverCatalogue {
  let llamaCpp: LlamaCppManagedDriver
  let external: LlamaCppExternalDriver
  let router: LlamaCppRouterDriver
  let custom: HostedDriver
  let openAI: HostedDriver
  let claude: HostedDriver
  let ollama: HostedDriver
  let vllm: HostedDriver

  /// - Parameter client: made with ``UpstreamClient/configuration``; the caller shuts it down.
  package init(_ settings: DriverSettings, client: HTTPClient, surroundings: Surroundings) {
    let upstream = UpstreamClient(client, sleep: surroundings.sleep)
    llamaCpp = LlamaCppManagedDriver(settings, upstream: upstream, surroundings: surroundings)
    external = LlamaCppExternalDriver(settings, upstream: upstream, surroundings: surroundings)
    router = LlamaCppRouterDriver(settings, upstream: upstream, surroundings: surroundings)
    custom = .custom(settings, upstream: upstream, surroundings: surroundings)
    openAI = .openAI(settings, upstream: upstream, surroundings: surroundings)
    claude = .claude(settings, upstream: upstream, surroundings: surroundings)
    ollama = .ollama(settings, upstream: upstream, surroundings: surroundings)
    vllm = .vllm(settings, upstream: upstream, surroundings: surroundings)
  }

  package func driver(for provider: ProviderSpec) -> (any ModelDriver)? {
    switch (provider.type, provider.mode) {
    case (.llamaCpp, .managed): llamaCpp
    case (.llamaCpp, .external): external
    case (.llamaCpp, .router): router
    case (.custom, _): custom
    case (.openai, _): openAI
    case (.claude, _): claude
    case (.ollama, _): ollama
    case (.vllm, _): vllm
    }
  }

  package var all: [any ModelDriver] { [llamaCpp, external, router, custom, openAI, claude, ollama, vllm] }

  package var exits: AsyncStream<String> { llamaCpp.exits }

  /// Watches child processes for ``exits``, and makes quantised copies of model files, until the task is cancelled.
  /// Without it the ends of processes are seen all the same, but only when they are looked at.
  package func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await llamaCpp.watchExits() }
      group.addTask { await llamaCpp.makeCopies() }
    }
  }
}
