namespace ApiExplorer.Database;

/// <summary>What the databases do differently. All other statements are the same text for both.</summary>
internal abstract class SqlDialect
{
    /// <summary>Counts what a search expression, <c>$1</c>, finds.</summary>
    public abstract string SearchCountSql { get; }

    /// <summary>Finds what a search expression matches, best first: <c>$2</c> rows after the first <c>$3</c>.</summary>
    public abstract string SearchHitsSql { get; }

    /// <summary>Names the parameter that statements write as <c>$1</c>, <c>$2</c>.</summary>
    public abstract string ParameterName(int number);

    /// <summary>
    /// Joins words by AND; one that ends in * matches every word that begins so, and a name made of all words together is found too.
    /// </summary>
    /// <param name="words">Letters and digits in lower case, with or without the *.</param>
    public abstract string SearchExpression(IReadOnlyList<string> words);

    /// <summary>The words as one, the way an identifier is written.</summary>
    protected static string Together(IEnumerable<string> words) => string.Concat(words.Select(static word => word.TrimEnd('*')));
}
