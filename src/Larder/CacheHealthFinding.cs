using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder;

/// <summary>What a rule has found to be wrong with a cache.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Status">How bad it is: degraded, when the cache does less than it should; unhealthy, when it does not do its work.</param>
/// <param name="Reason">What is wrong, in words, without keys, values and secrets.</param>
public sealed record CacheHealthFinding(CacheHealthRule Rule, HealthStatus Status, string Reason);
