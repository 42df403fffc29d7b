namespace Larder.Testing.Conformance;

/// <summary>The base of the suites. Each public method that returns a task is a test; it has a new harness.</summary>
internal abstract class ConformanceSuite(CacheHarness harness)
{
    private readonly Lazy<ICache> _cache = new(() => harness.CreateCache());

    /// <summary>Gets the harness.</summary>
    protected CacheHarness Harness => harness;

    /// <summary>Gets the clock.</summary>
    protected FakeTimeProvider Clock => harness.Clock;

    /// <summary>Gets a cache with the default settings, made at the first use.</summary>
    protected ICache Cache => _cache.Value;
}
