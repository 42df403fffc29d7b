using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Samples;

/// <summary>The samples of serializers of one's own say what happened.</summary>
public sealed class SerializerSampleTests(SharedServers servers)
{
    [Fact]
    [Ledger(51)]
    public async Task A_fleet_changes_from_JSON_to_a_form_of_its_own()
    {
        await using var output = new StringWriter { NewLine = "\n" };

        await Larder.Samples.CustomSerializer.Program.RunAsync(await AddressAsync(), $"test-{Guid.NewGuid():N}", output);

        Assert.Equal(
            """
            A reading takes 111 bytes as JSON, and 34 in the compact form.
            Step 2 reads what was JSON: 24.5 °C.
            Step 1 reads what is compact: 11 °C.
            Yesterday's processes read what is compact: a miss, 1 mismatch.
            It is still there for the others: 11 °C.
            A type without a form is refused: System.Uri has no compact form. Add one, or give its cache another serializer.

            """,
            output.ToString());
    }

    [Fact]
    public async Task Encrypted_values_are_read_by_who_has_their_key_and_by_nobody_else()
    {
        await using var output = new StringWriter { NewLine = "\n" };

        await Larder.Samples.EncryptedValues.Program.RunAsync(await AddressAsync(), $"test-{Guid.NewGuid():N}", output);

        Assert.Equal(
            """
            In Redis the holder can be read: no.
            Encrypted with key 1, read by who has both keys: Ada Lovelace.
            Encrypted with key 2, read by who has key 2 only: Grace Hopper.
            Encrypted with key 1, read by who has key 2 only: a miss.
            Put there by who has no key: a miss.

            """,
            output.ToString());
    }

    /// <summary>A command may take long, so that none is given up on a busy machine.</summary>
    private async Task<string> AddressAsync() => $"redis://{(await servers.Standalone.GetAsync()).EndPoint}?commandTimeout=20s";
}
