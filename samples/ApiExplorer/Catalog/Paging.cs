namespace ApiExplorer.Catalog;

/// <summary>Sizes of the pages in which lists are served.</summary>
internal static class Paging
{
    public const int MembersPageSize = 50;
    public const int SearchPageSize = 20;
    public const int LastPage = 500;

    public static bool IsValid(int page) => page is >= 1 and <= LastPage;

    public static int Offset(int page, int pageSize) => (page - 1) * pageSize;

    public static int PageCount(int total, int pageSize) => Math.Min(LastPage, (total + pageSize - 1) / pageSize);
}
