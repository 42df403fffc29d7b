using System.Collections.ObjectModel;
using System.Globalization;
using System.Reflection;
using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

/// <summary>Runs the conformance suites as the rows of a theory, each with a harness of its own.</summary>
internal static class ConformanceTheory
{
    /// <summary>Gets the tests. The names are labels, because arguments are cut off in results, and rows of the ledger are traits.</summary>
    public static TheoryData<string> Cases => new(ConformanceSuites.Cases.Select(RowOf));

    public static async Task RunAsync(string test, Func<CacheHarness> harness)
    {
        var found = ConformanceSuites.Cases.Single(candidate => candidate.ToString() == test);
        await using var own = harness();
        await found.RunAsync(own);
    }

    private static TheoryDataRow<string> RowOf(ConformanceCase test)
    {
        var row = new TheoryDataRow<string>(test.ToString()) { Label = test.ToString() };
        var suite = typeof(ConformanceSuites).Assembly.GetType($"{typeof(ConformanceSuites).Namespace}.{test.Suite}", throwOnError: true)!;
        foreach (var (name, number) in LedgerOf(suite).Concat(LedgerOf(suite.GetMethod(test.Name)!)))
        {
            row.WithTrait(name, number);
        }

        return row;
    }

    private static IEnumerable<(string Name, string Number)> LedgerOf(MemberInfo member) =>
        from attribute in member.GetCustomAttributesData()
        where attribute.AttributeType.Name is "LedgerAttribute" or "LedgerFaultAttribute"
        from number in (ReadOnlyCollection<CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!
        select (attribute.AttributeType.Name[..^"Attribute".Length], ((int)number.Value!).ToString(CultureInfo.InvariantCulture));
}
