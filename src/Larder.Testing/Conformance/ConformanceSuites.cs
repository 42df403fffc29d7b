using System.Reflection;

namespace Larder.Testing.Conformance;

/// <summary>All conformance tests: what every cache must do, whatever its tier.</summary>
public static class ConformanceSuites
{
    /// <summary>Gets the tests: by suite and name. Each needs a <see cref="CacheHarness"/> of its own.</summary>
    public static IReadOnlyList<ConformanceCase> Cases { get; } =
    [
        .. typeof(ConformanceSuites).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ConformanceSuite)) && !type.IsAbstract)
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(CasesOf),
    ];

    private static IEnumerable<ConformanceCase> CasesOf(Type suite) => suite
        .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Task) && method.GetParameters().Length == 0)
        .OrderBy(method => method.Name, StringComparer.Ordinal)
        .Select(method => new ConformanceCase(suite.Name, method.Name, harness => RunAsync(suite, method, harness)));

    private static async Task RunAsync(Type type, MethodInfo method, CacheHarness harness)
    {
        var suite = (ConformanceSuite)Activator.CreateInstance(type, harness)!;
        await method.CreateDelegate<Func<Task>>(suite)().ConfigureAwait(false);
    }
}
