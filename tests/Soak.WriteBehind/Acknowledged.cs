using System.Globalization;

namespace Larder.Soak.WriteBehind;

/// <summary>The file of acknowledged writes.</summary>
internal static class Acknowledged
{
    /// <summary>Reads the highest number of each key.</summary>
    public static Dictionary<string, long> Read(string file)
    {
        var highest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Lines(file))
        {
            if (line.Split(' ') is [var key, var number])
            {
                highest[key] = Math.Max(highest.GetValueOrDefault(key), long.Parse(number, CultureInfo.InvariantCulture));
            }
        }

        return highest;
    }

    public static long Count(string file) => Lines(file).LongCount();

    private static IEnumerable<string> Lines(string file)
    {
        if (!File.Exists(file))
        {
            yield break;
        }

        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
