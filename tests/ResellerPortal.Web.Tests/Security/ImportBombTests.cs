using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Components.Forms;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.ResellerPages.Usage;

namespace ResellerPortal.Web.Tests.Security;

/// <summary>Files for import that are made to take much time or memory.</summary>
public sealed class ImportBombTests
{
    private const int Size = (int)CsvFileReader.MaxBytes;

    public static TheoryData<string> Files =>
    [
        "short lines", "blank lines", "one long line", "an open quote", "quotes", "a hundred thousand columns", "many short cells",
        "empty cells", "zeros", "lines that end in CR alone",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_made_to_take_long_is_refused_soon(string kind)
    {
        var file = Encoding.ASCII.GetBytes(kind switch
        {
            "short lines" => Repeat("1\n", Size),
            "blank lines" => Repeat("\n", Size),
            "one long line" => new string('x', Size),
            "an open quote" => "\"" + new string('x', Size - 1),
            "quotes" => Repeat("\"", Size),
            "a hundred thousand columns" => Repeat(Repeat("a,", 200_000) + "\n", Size),
            "many short cells" => Repeat(Repeat("ab,", 570) + "\n", Size),
            "empty cells" => Repeat(Repeat(",", 190) + "\n", Size),
            "zeros" => new string('\0', Size),
            _ => Repeat("a,b\r", Size),
        });
        foreach (var maxLines in (int[])[UsageImporter.MaxLines, BankStatementService.MostEntries])
        {
            var started = Stopwatch.GetTimestamp();
            var refusal = Assert.Throws<InvalidDataException>(
                () => CsvFileReader.Read("usage.csv", new MemoryStream(file), maxLines, CancellationToken.None));

            Assert.True(refusal.Message.Length < 300, refusal.Message);
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void The_longest_file_of_ordinary_width_is_still_read()
    {
        var file = "Token,Date,Converter,Conversions,User,Plan,Region,Cost\n"
            + Repeat("t,2026-10-31,docx-to-pdf,1,u,p,eu,1\n", UsageImporter.MaxLines * "t,2026-10-31,docx-to-pdf,1,u,p,eu,1\n".Length);

        Assert.Equal(
            UsageImporter.MaxLines,
            CsvFileReader.Read("usage.csv", new MemoryStream(Encoding.ASCII.GetBytes(file)), UsageImporter.MaxLines).Rows.Count);
    }

    [Theory]
    [InlineData(50 << 20)]
    [InlineData(long.MaxValue)]
    public async Task A_file_above_the_limit_is_refused_before_any_of_it_is_read(long size)
    {
        using var uploads = new UploadReader();
        var file = new ClaimedFile(size);

        await Assert.ThrowsAsync<InvalidDataException>(() => uploads.ReadAsync(file, CsvFileReader.MaxBytes, (stream, _) => stream.Length));
        Assert.False(file.WasOpened);
    }

    private static string Repeat(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));

    private sealed class ClaimedFile(long size) : IBrowserFile
    {
        public bool WasOpened { get; private set; }

        public string Name => "usage.csv";

        public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;

        public long Size => size;

        public string ContentType => "text/csv";

        public Stream OpenReadStream(long maxAllowedSize = 512_000, CancellationToken cancellationToken = default)
        {
            WasOpened = true;
            return Stream.Null;
        }
    }
}
