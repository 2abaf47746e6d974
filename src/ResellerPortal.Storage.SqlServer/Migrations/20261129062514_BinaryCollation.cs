using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class BinaryCollation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            Collate(migrationBuilder, "Latin1_General_100_BIN2");
            RefuseTruncation(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            AllowTruncation(migrationBuilder);
            Collate(migrationBuilder, null);
        }
    }
}
