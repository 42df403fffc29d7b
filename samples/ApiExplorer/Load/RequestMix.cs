namespace ApiExplorer.Load;

/// <summary>A group of requests that is measured by itself, with the share of each kind in percent.</summary>
internal sealed record RequestMix(string Name, IReadOnlyList<(RequestKind Kind, int Percent)> Shares)
{
    public static RequestMix Pages { get; } = new(
        "pages",
        [
            (RequestKind.TypePage, 45),
            (RequestKind.NamespacePage, 20),
            (RequestKind.Members, 20),
            (RequestKind.Notes, 10),
            (RequestKind.Write, 5),
        ]);

    public static RequestMix SearchAndSummary { get; } = new(
        "search and summary",
        [
            (RequestKind.Search, 50),
            (RequestKind.Summary, 45),
            (RequestKind.Write, 5),
        ]);

    public RequestKind Next(Random random)
    {
        var number = random.Next(100);
        foreach (var (kind, percent) in Shares)
        {
            number -= percent;
            if (number < 0)
                return kind;
        }

        return Shares[^1].Kind;
    }
}
