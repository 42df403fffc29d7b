// What the code blocks of README.md and docs/ can use without declaring it. Each block becomes a class derived from Prelude, so a block
// may declare a variable or type of its own under the same name.
global using Larder;
global using Microsoft.AspNetCore.Builder;
global using Microsoft.AspNetCore.Http;
global using Microsoft.Extensions.Configuration;
global using Microsoft.Extensions.DependencyInjection;
global using Microsoft.Extensions.Hosting;
global using Microsoft.Extensions.Logging;

namespace DocsSnippets;

public abstract class Prelude
{
    protected static readonly string[] args = [];
    protected static readonly IServiceCollection services = new ServiceCollection();
    protected static readonly ICache cache = null!;
    protected static readonly Db db = new();
    protected static readonly int id = 42;
    protected static readonly User user = new(42, "Ada");
    protected static readonly CancellationToken cancellationToken = CancellationToken.None;
}
