namespace Larder.Conventions.Api;

/// <summary>The public API changes only when somebody approves the change.</summary>
public class PublicApiTests
{
    private const string ApproveVariable = "LARDER_APPROVE_API";

    public static TheoryData<string> Assemblies => LarderAssemblies.Names;

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_API_is_the_approved_one(string assembly)
    {
        var received = ApiText.Write(LarderAssemblies.Load(assembly));
        var approvedPath = $"eng/api/{assembly}.txt";
        var receivedPath = $"eng/api/{assembly}.received.txt";
        Directory.CreateDirectory(Repository.FullPath("eng/api"));
        var approved = File.Exists(Repository.FullPath(approvedPath)) ? Repository.Read(approvedPath) : "";

        if (Environment.GetEnvironmentVariable(ApproveVariable) == "1")
        {
            File.WriteAllText(Repository.FullPath(approvedPath), received);
            approved = received;
        }

        if (received == approved)
        {
            File.Delete(Repository.FullPath(receivedPath));
            return;
        }

        File.WriteAllText(Repository.FullPath(receivedPath), received);
        Assert.Fail(
            $"The public API of {assembly} is not the approved one.\n{Difference(approved, received)}\n" +
            $"If the change is intended, approve it: {ApproveVariable}=1 eng/test PublicApi, or cp {receivedPath} {approvedPath}");
    }

    [Fact]
    public void The_text_shows_signatures_as_CSharp_does()
    {
        var text = ApiText.Write(typeof(ApiSamples).Assembly);
        foreach (var line in ApiSamples.Lines)
        {
            Assert.Contains(line, text.Split('\n').Select(received => received.Trim()));
        }
    }

    private static string Difference(string approved, string received)
    {
        const int MaxLines = 60;
        var before = WithTypes(approved);
        var after = WithTypes(received);
        var lines = before.Except(after).Select(line => "  - " + line).Concat(after.Except(before).Select(line => "  + " + line)).ToList();
        return string.Join('\n', lines.Take(MaxLines)) + (lines.Count > MaxLines ? $"\n  ... {lines.Count - MaxLines} more lines" : "");
    }

    /// <summary>Members are compared together with their type, so that equal lines of two types do not hide each other.</summary>
    private static List<string> WithTypes(string text)
    {
        var lines = new List<string>();
        var type = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var isMember = line.StartsWith(' ');
            type = isMember ? type : line;
            lines.Add(isMember ? $"{type} {{ {line.Trim()} }}" : line);
        }

        return lines;
    }
}
