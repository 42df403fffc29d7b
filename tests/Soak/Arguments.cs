using System.Globalization;

namespace Larder.Soak;

/// <summary>The arguments of a run or of a process: <c>--name value</c>, <c>--name</c> alone for yes, and a name may come more than once.</summary>
internal sealed class Arguments
{
    private readonly List<(string Name, string Value)> _pairs = [];
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public Arguments(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{words[i]}' is not an argument: they begin with --.", nameof(words));
            }

            var hasValue = i + 1 < words.Count && !words[i + 1].StartsWith("--", StringComparison.Ordinal);
            _pairs.Add((words[i][2..], hasValue ? words[++i] : "yes"));
        }
    }

    public bool Has(string name) => All(name).Length > 0;

    public string Text(string name, string otherwise) => All(name) is [.., var last] ? last : otherwise;

    public string Required(string name) =>
        All(name) is [.., var last] ? last : throw new ArgumentException($"The argument --{name} is missing.", nameof(name));

    public int Number(string name, int otherwise) =>
        All(name) is not [.., var last] ? otherwise
        : int.TryParse(last, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ArgumentException($"--{name} {last} is not a number.", nameof(name));

    public TimeSpan Seconds(string name, double otherwise) =>
        All(name) is not [.., var last] ? TimeSpan.FromSeconds(otherwise)
        : double.TryParse(last, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? TimeSpan.FromSeconds(number)
        : throw new ArgumentException($"--{name} {last} is not a number of seconds.", nameof(name));

    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum =>
        All(name) is not [.., var last] ? otherwise
        : Enum.TryParse<T>(last, ignoreCase: true, out var choice) && Enum.IsDefined(choice) ? choice
        : throw new ArgumentException($"--{name} {last} is not one of: {string.Join(", ", Enum.GetNames<T>())}.", nameof(name));

    public string[] All(string name)
    {
        _asked.Add(name);
        return [.. _pairs.Where(pair => pair.Name == name).Select(pair => pair.Value)];
    }

    /// <summary>Refuses what nobody asked for, so that a slip of the pen is no run with defaults.</summary>
    public void RefuseOthers()
    {
        if (_pairs.Find(pair => !_asked.Contains(pair.Name)) is { Name: { } name })
        {
            throw new ArgumentException($"--{name} is not an argument of this run; they are: {string.Join(", ", _asked.Order(StringComparer.Ordinal).Select(one => "--" + one))}.");
        }
    }
}
