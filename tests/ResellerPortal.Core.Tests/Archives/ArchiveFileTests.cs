using ResellerPortal.Core.Archives;

namespace ResellerPortal.Core.Tests.Archives;

public sealed class ArchiveFileTests : IDisposable
{
    private static readonly Guid Chain = Guid.Parse("01a227a2-85c8-78d2-bb23-947f6e436dab");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-archive-");

    [Fact]
    public async Task The_same_lines_make_the_same_file_and_other_lines_do_not_replace_it()
    {
        var first = await WriteAsync("one", "two");

        Assert.Equal(first, await WriteAsync("one", "two"));
        await Assert.ThrowsAsync<ArchiveFileException>(() => WriteAsync("one", "three"));
        Assert.Equal(["ledger-2026-10.zip"], _folder.EnumerateFiles().Select(f => f.Name));
        using var archive = await ArchiveFolder.OpenAsync(_folder.FullName, [Describe(first)], default);
        Assert.Equal(["one", "two"], archive.ReadLines(ArchiveKind.Ledger, new DateOnly(2026, 10, 1), Chain));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_not_read()
    {
        await WriteAsync("one");
        using var archive = await ArchiveFolder.OpenAsync(_folder.FullName, [Describe(new byte[32])], default);

        Assert.False(archive.Holds(ArchiveKind.Ledger, new DateOnly(2026, 10, 1)));
        Assert.Equal(["ledger-2026-10.zip is not the file that was written."], archive.Faults);
    }

    [Fact]
    public void Numbers_with_gaps_become_ranges_and_a_broken_chain_is_refused()
    {
        var ranges = new RangeBuilder(ArchiveKind.Ledger, new DateOnly(2026, 10, 1), Chain, null, null);
        ranges.Add(3, [2], [3], DateTimeOffset.UnixEpoch.AddDays(2));
        ranges.Add(4, [3], [4], DateTimeOffset.UnixEpoch.AddDays(1));
        ranges.Add(6, [5], [6], DateTimeOffset.UnixEpoch);

        Assert.Throws<ArchiveFileException>(() => ranges.Add(7, [5], [7], DateTimeOffset.UnixEpoch));
        Assert.Equal(
            [(3, 4, 2, DateTimeOffset.UnixEpoch.AddDays(2)), (6, 6, 1, DateTimeOffset.UnixEpoch)],
            ranges.Build().Select(r => (r.FirstSequence, r.LastSequence, r.Count, r.LastOccurredAtUtc)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static ArchivedMonth Describe(byte[] hash) => new()
    {
        Kind = ArchiveKind.Ledger,
        Month = new DateOnly(2026, 10, 1),
        FileName = "ledger-2026-10.zip",
        FileHash = hash,
        Entries = 1,
        ArchivedAtUtc = DateTimeOffset.UnixEpoch,
    };

    private async Task<byte[]> WriteAsync(params string[] lines)
    {
        await using var writer = new ArchiveFileWriter(Path.Combine(_folder.FullName, "ledger-2026-10.zip"));
        await writer.BeginAsync(Chain);
        foreach (var line in lines)
        {
            await writer.WriteAsync(line);
        }

        return await writer.CompleteAsync(default);
    }
}
